// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace spectune {

/// [rows, width] over the memory of @p buffer, which is made anew only where it is too small: a step of the steady state
/// allocates nothing. What it held is lost.
[[nodiscard]] at::Tensor bufferRows(
    at::Tensor& buffer, std::int64_t rows, std::int64_t width, const at::TensorOptions& options);

/// Memory of the host that @p device can copy from and to beside other work: page-locked for CUDA. It goes back when
/// both the tensor and such copies are done.
[[nodiscard]] at::Tensor hostBuffer(at::IntArrayRef sizes, at::ScalarType type, at::Device device);

} // namespace spectune
