// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/nn/SharedInput.h"

#include <ATen/core/Tensor.h>

namespace spectune {

/// The modules that read one input, in a backward.
struct AdaptedInput {
    const SharedTriplets* triplets = nullptr; ///< null: not adapted
    const SharedInputBuffers& buffers;
};

/// ops::swiGluBackward() and, in the same pass over a large batch, all thin products of the factors with its results:
/// adds to gateUp's productGrad and to down's qGrad, and leaves the gradient of gateUp's x Qᵀ in the spare columns of
/// @p gateUp. For bfloat16 on CUDA and small ranks;
/// a small batch's products are better done with others (see isSmallBatch()).
/// @param gateUp [T, 2 · feedForward], becomes its gradient @param dOut [T, feedForward], used up
/// @param dDown [T, width], the gradient of down's output, as sharedInputBackward() left it
/// @return false: nothing was done
[[nodiscard]] bool gatedBackwardWithFactors(const at::Tensor& gateUp, const at::Tensor& dOut, const at::Tensor& dDown,
    const AdaptedInput& ofGateUp, const AdaptedInput& ofDown);

} // namespace spectune
