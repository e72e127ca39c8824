// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <ctime>
#include <functional>
#include <limits>

namespace spectune::testing {

/// Milliseconds of computing of this thread so far: what a busy machine gives to others does not count.
inline double cpuMilliseconds()
{
    timespec time {};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

/// What the quickest of several tries costs, in milliseconds: how fast @p once can be, not how busy the machine is.
/// Others take the processor's caches as well: where no try is within @p bound there are up to five times as many.
/// @param once one try; the milliseconds that it took
inline double quickest(int tries, double bound, const std::function<double()>& once)
{
    double least = std::numeric_limits<double>::infinity();
    for (int i = 0; i < tries || (i < 5 * tries && least > bound); ++i) {
        least = std::min(least, once());
    }
    return least;
}

/// The same of what this thread computes in @p work.
inline double quickestCpu(int tries, double bound, const std::function<void()>& work)
{
    return quickest(tries, bound, [&work] {
        const double begin = cpuMilliseconds();
        work();
        return cpuMilliseconds() - begin;
    });
}

} // namespace spectune::testing
