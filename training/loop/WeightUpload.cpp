// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/WeightUpload.h"

#include "training/core/Machine.h"

#include <ATen/ATen.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace spectune {

namespace {

constexpr std::int64_t bufferBytes = std::int64_t {32} << 20U;

/// Asks for all pages of a piece at once. A kernel before 5.14 does not know it: then each comes with its own fault.
void populate([[maybe_unused]] const char* begin, [[maybe_unused]] std::int64_t bytes)
{
#ifdef MADV_POPULATE_READ
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const auto address = reinterpret_cast<std::uintptr_t>(begin);
    const std::uintptr_t first = address - address % page;
    (void)::madvise(
        reinterpret_cast<void*>(first), static_cast<std::size_t>(bytes) + (address - first), MADV_POPULATE_READ);
#endif
}

} // namespace

WeightUpload::WeightUpload(at::Device device)
    : m_device(device)
    , m_workers(static_cast<std::size_t>(physicalCores()))
{
    for (Buffer& buffer : m_buffers)
        buffer.memory = at::empty({bufferBytes}, at::TensorOptions().dtype(at::kByte).pinned_memory(true));
}

void WeightUpload::fill(char* buffer, const char* source, std::int64_t bytes)
{
    const auto count = static_cast<std::int64_t>(m_workers.size());
    m_workers.run(m_workers.size(), [&](std::size_t i) {
        const auto number = static_cast<std::int64_t>(i);
        const std::int64_t begin = bytes * number / count;
        const std::int64_t length = bytes * (number + 1) / count - begin;
        populate(source + begin, length);
        std::memcpy(buffer + begin, source + begin, static_cast<std::size_t>(length));
    });
}

WeightUpload::Buffer& WeightUpload::nextBuffer()
{
    Buffer& buffer = m_buffers[m_next];
    m_next = (m_next + 1) % m_buffers.size();
    if (buffer.copied)
        buffer.copied->synchronize();
    else
        buffer.copied.emplace(m_device.type());
    return buffer;
}

at::Tensor WeightUpload::operator()(const at::Tensor& stored)
{
    at::Tensor weight = at::empty(stored.sizes(), stored.options().device(m_device));
    if (weight.numel() == 0)
        return weight;
    const at::Tensor bytes = weight.flatten().view(at::kByte);
    const auto* source = static_cast<const char*>(stored.const_data_ptr());
    const c10::Stream stream = c10::impl::VirtualGuardImpl(m_device.type()).getStream(m_device);
    for (std::int64_t begin = 0; begin < bytes.numel(); begin += bufferBytes) {
        const std::int64_t length = std::min(bufferBytes, bytes.numel() - begin);
        Buffer& buffer = nextBuffer();
        fill(static_cast<char*>(buffer.memory.mutable_data_ptr()), source + begin, length);
        bytes.narrow(0, begin, length).copy_(buffer.memory.narrow(0, 0, length), /*non_blocking=*/true);
        buffer.copied->record(stream);
    }
    return weight;
}

} // namespace spectune
