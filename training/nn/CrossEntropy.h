// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/core/Tensor.h>

namespace spectune {

/// −log softmax(row · headᵀ)[target] of each row, and in place of the row its gradient where one is asked for.
///
/// The frozen head makes the gradient known in the forward, so the rows go through in chunks:
/// the logits of a batch never exist at once.
/// @param rows [M, width]; overwritten with ∂(Σ losses · scale)/∂rows where @p scale (scalar, of losses' type)
/// is defined
/// @param head [vocabulary, width] @param targets [M] int64; negative: no loss @param losses [M], float32 or float64
/// @param logits a buffer that is used again
void rowLosses(const at::Tensor& rows, const at::Tensor& head, const at::Tensor& targets, const at::Tensor& losses,
    at::Tensor& logits, const at::Tensor& scale);

/// rowLosses of the rows of @p hidden whose target is not −100, in order, without a gradient: [M], float32 or float64.
/// @param hidden [..., width] @param targets [...] int64
[[nodiscard]] at::Tensor bearingLosses(const at::Tensor& hidden, const at::Tensor& head, const at::Tensor& targets);

/// Their sum.
[[nodiscard]] at::Tensor lossSum(const at::Tensor& hidden, const at::Tensor& head, const at::Tensor& targets);

} // namespace spectune
