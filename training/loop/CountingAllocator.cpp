// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/CountingAllocator.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/alignment.h>
#include <c10/core/impl/alloc_cpu.h>

#include <atomic>
#include <cstring>

namespace spectune {

namespace {

std::atomic<std::int64_t> bytesNow {0};
std::atomic<std::int64_t> bytesAtMost {0};
std::atomic<std::int64_t> blocksGiven {0};

/// Ahead of the data, as long as its alignment.
constexpr std::size_t headerBytes = c10::gAlignment;
static_assert(headerBytes >= sizeof(std::size_t));

void add(std::int64_t bytes) noexcept
{
    const std::int64_t now = bytesNow.fetch_add(bytes, std::memory_order_relaxed) + bytes;
    std::int64_t most = bytesAtMost.load(std::memory_order_relaxed);
    while (now > most && !bytesAtMost.compare_exchange_weak(most, now, std::memory_order_relaxed)) { }
}

void release(void* data)
{
    if (data == nullptr)
        return;
    auto* block = static_cast<std::byte*>(data) - headerBytes;
    std::size_t bytes = 0;
    std::memcpy(&bytes, block, sizeof bytes);
    add(-static_cast<std::int64_t>(bytes));
    c10::free_cpu(block);
}

class Counting final : public c10::Allocator {
public:
    c10::DataPtr allocate(std::size_t bytes) override
    {
        if (bytes == 0)
            return {nullptr, nullptr, &release, at::Device(at::kCPU)};
        auto* block = static_cast<std::byte*>(c10::alloc_cpu(bytes + headerBytes)); // throws where there is no room
        std::memcpy(block, &bytes, sizeof bytes);
        add(static_cast<std::int64_t>(bytes));
        blocksGiven.fetch_add(1, std::memory_order_relaxed);
        void* data = block + headerBytes;
        return {data, data, &release, at::Device(at::kCPU)};
    }
    [[nodiscard]] c10::DeleterFnPtr raw_deleter() const override { return &release; }
    void copy_data(void* to, const void* from, std::size_t bytes) const override { default_copy_data(to, from, bytes); }
};

} // namespace

void CountingAllocator::install()
{
    static Counting allocator;
    [[maybe_unused]] static const bool once = [] {
        c10::SetCPUAllocator(&allocator);
        return true;
    }();
}

std::int64_t CountingAllocator::current() noexcept
{
    return bytesNow.load(std::memory_order_relaxed);
}

std::int64_t CountingAllocator::peak() noexcept
{
    return bytesAtMost.load(std::memory_order_relaxed);
}

std::int64_t CountingAllocator::allocations() noexcept
{
    return blocksGiven.load(std::memory_order_relaxed);
}

void CountingAllocator::resetPeak() noexcept
{
    bytesAtMost.store(bytesNow.load(std::memory_order_relaxed), std::memory_order_relaxed);
}

} // namespace spectune
