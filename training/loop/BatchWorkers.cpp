// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/BatchWorkers.h"

#include "training/loop/Device.h"

namespace spectune {

BatchWorkers::BatchWorkers(at::Device device, std::int64_t threads, std::int64_t samples)
    : m_pool(
        workerCount(device, threads, samples), [each = productThreads(device, threads, samples)] { useThreads(each); })
{
    if (m_pool.size() > 1)
        m_alone.emplace(productThreads(device, threads, samples));
}

} // namespace spectune
