// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace spectune {

/// LibTorch's own memory of the CPU, with its bytes counted: c10 keeps such figures for devices alone, and a process's
/// resident memory also holds libraries, mapped files and what malloc() has not given back.
/// All functions may be called on any thread.
struct CountingAllocator {
    /// Puts it before LibTorch's allocator, once.
    /// Tensors made earlier are not counted, and are freed as they were made.
    static void install();
    [[nodiscard]] static std::int64_t current() noexcept; ///< bytes in tensors now
    [[nodiscard]] static std::int64_t peak() noexcept; ///< bytes in tensors at most since resetPeak()
    static void resetPeak() noexcept;
    [[nodiscard]] static std::int64_t allocations() noexcept; ///< blocks handed out so far
};

} // namespace spectune
