// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace spectune {

/// From now on LibTorch's operations on this thread use @p count threads; 1: this thread alone, without OpenMP.
void useThreads(std::int64_t count);

/// How many threads LibTorch's operations on this thread use while this lives.
/// Changing the number takes milliseconds, so it belongs around a run, not into a step.
class ThreadCountGuard {
public:
    explicit ThreadCountGuard(std::int64_t count);
    ~ThreadCountGuard();
    ThreadCountGuard(const ThreadCountGuard&) = delete;
    ThreadCountGuard& operator=(const ThreadCountGuard&) = delete;

private:
    int m_before;
};

} // namespace spectune
