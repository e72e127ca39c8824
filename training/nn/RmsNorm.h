// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/core/Tensor.h>

namespace spectune {

/// y = w ∘ x / sqrt(mean(x²) + eps) over the last dimension (Zhang, Sennrich 2019). As in transformers, a
/// half-precision x is normed in float32 and rounded before w is applied.
/// @param x [..., width] @param weight [width]
[[nodiscard]] at::Tensor rmsNorm(const at::Tensor& x, const at::Tensor& weight, double eps);

} // namespace spectune
