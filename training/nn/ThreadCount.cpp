// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/ThreadCount.h"

#include <ATen/Parallel.h>

namespace spectune {

void useThreads(std::int64_t count)
{
    if (at::get_num_threads() != count)
        at::set_num_threads(static_cast<int>(count));
}

ThreadCountGuard::ThreadCountGuard(std::int64_t count)
    : m_before(at::get_num_threads())
{
    useThreads(count);
}

ThreadCountGuard::~ThreadCountGuard()
{
    useThreads(m_before);
}

} // namespace spectune
