// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace spectune {

/// Σ −log softmax(hidden · headᵀ)[target] over the rows, divided by @p normalizer: the task loss C of a micro-batch when
/// @p normalizer is the number of targets of the whole batch. Rows whose target is −100 count nothing.
///
/// The frozen head makes the gradient known in the forward, so the rows go through in chunks and the logits of a batch
/// never exist at once, in float32 at least. Differentiable in @p hidden.
/// @param hidden [..., width] @param head [vocabulary, width] @param targets [...] int64 @return scalar, float32 or float64
[[nodiscard]] at::Tensor chunkedCrossEntropy(
    const at::Tensor& hidden, const at::Tensor& head, const at::Tensor& targets, double normalizer);

} // namespace spectune
