// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/WeightUpload.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace spectune {

namespace {

constexpr std::int64_t bufferBytes = std::int64_t {32} << 20U;
constexpr std::int64_t pieceBytes = std::int64_t {1} << 20U; ///< a thread's share at a time

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

void fill(char* buffer, const char* source, std::int64_t bytes)
{
    at::parallel_for(0, (bytes + pieceBytes - 1) / pieceBytes, 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t piece = begin; piece < end; ++piece) {
            const std::int64_t at = piece * pieceBytes;
            const std::int64_t length = std::min(pieceBytes, bytes - at);
            populate(source + at, length);
            std::memcpy(buffer + at, source + at, static_cast<std::size_t>(length));
        }
    });
}

} // namespace

WeightUpload::WeightUpload(at::Device device)
    : m_device(device)
{
    for (Buffer& buffer : m_buffers)
        buffer.memory = at::empty({bufferBytes}, at::TensorOptions().dtype(at::kByte).pinned_memory(true));
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
