// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/Buffer.h"

#include <ATen/ATen.h>

namespace spectune {

std::int64_t rowStride(std::int64_t columns, at::ScalarType type)
{
    const auto line = static_cast<std::int64_t>(128 / c10::elementSize(type));
    return (columns + line - 1) / line * line;
}

at::Tensor bufferRows(
    at::Tensor& buffer, std::int64_t rows, std::int64_t width, const at::TensorOptions& options, std::int64_t spare)
{
    const std::int64_t stride = spare == 0 ? width : rowStride(width + spare, options.dtype().toScalarType());
    const std::int64_t elements = rows * stride;
    const auto room = [&] {
        return static_cast<std::int64_t>(buffer.storage().nbytes() / buffer.element_size()) - buffer.storage_offset();
    };
    if (!buffer.defined() || room() < elements) {
        buffer.reset(); // ahead of the new one, so that both never exist together
        buffer = at::empty({elements}, options);
    }
    return at::as_strided(buffer, {rows, width}, {stride, 1}, buffer.storage_offset());
}

bool hasSpare(const at::Tensor& x, std::int64_t spare)
{
    return x.stride(0) >= x.size(1) + spare && x.stride(1) == 1;
}

at::Tensor spareOf(const at::Tensor& x, std::int64_t spare)
{
    return at::as_strided(x, {x.size(0), spare}, x.strides(), x.storage_offset() + x.size(1));
}

at::Tensor widened(const at::Tensor& x, std::int64_t spare)
{
    return at::as_strided(x, {x.size(0), x.size(1) + spare}, x.strides(), x.storage_offset());
}

at::Tensor hostBuffer(at::IntArrayRef sizes, at::ScalarType type, at::Device device)
{
    return at::empty(sizes, at::TensorOptions().dtype(type).pinned_memory(device.is_cuda()));
}

} // namespace spectune
