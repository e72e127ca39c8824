// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/Buffer.h"

#include <ATen/ATen.h>

namespace spectune {

at::Tensor bufferRows(at::Tensor& buffer, std::int64_t rows, std::int64_t width, const at::TensorOptions& options)
{
    const std::int64_t elements = rows * width;
    const auto room = [&] {
        return static_cast<std::int64_t>(buffer.storage().nbytes() / buffer.element_size()) - buffer.storage_offset();
    };
    if (!buffer.defined() || room() < elements)
        buffer = at::empty({elements}, options);
    return at::as_strided(buffer, {rows, width}, {width, 1}, buffer.storage_offset());
}

at::Tensor hostBuffer(at::IntArrayRef sizes, at::ScalarType type, at::Device device)
{
    return at::empty(sizes, at::TensorOptions().dtype(type).pinned_memory(device.is_cuda()));
}

} // namespace spectune
