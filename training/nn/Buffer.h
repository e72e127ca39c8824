// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace spectune {

/// [rows, width] over the memory of @p buffer, which is made anew only where it is too small: once a step has met its
/// longest batch, it takes no memory for a tensor's numbers any more. (On the CPU a test counts that:
/// CountingAllocator.h. Views are small objects of their own, dropout's generators are copied, and oneDNN's products in
/// bfloat16 take scratch and give it back.) What it held is lost.
/// @param spare columns that can be had beside those (see widened()); rows then lie apart
[[nodiscard]] at::Tensor bufferRows(at::Tensor& buffer, std::int64_t rows, std::int64_t width,
    const at::TensorOptions& options, std::int64_t spare = 0);

/// Columns between the begins of two rows of so many: rows of a matrix with spare columns begin on 128
/// bytes, a GPU's cache line: from half a line on, some products are up to 7 % slower.
[[nodiscard]] std::int64_t rowStride(std::int64_t columns, at::ScalarType type);

/// Whether the rows of @p x, [rows, width], have @p spare columns beside them.
[[nodiscard]] bool hasSpare(const at::Tensor& x, std::int64_t spare);
/// The first @p spare columns beside @p x, [rows, spare]. @pre hasSpare()
[[nodiscard]] at::Tensor spareOf(const at::Tensor& x, std::int64_t spare);
/// @p x with them, [rows, width + spare]. @pre hasSpare()
[[nodiscard]] at::Tensor widened(const at::Tensor& x, std::int64_t spare);

/// Memory of the host that @p device can copy from and to beside other work: page-locked for CUDA. It goes back when
/// both the tensor and such copies are done.
[[nodiscard]] at::Tensor hostBuffer(at::IntArrayRef sizes, at::ScalarType type, at::Device device);

} // namespace spectune
