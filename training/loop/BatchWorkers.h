// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/WorkerPool.h"
#include "training/nn/ThreadCount.h"

#include <c10/core/Device.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

namespace spectune {

/// The threads that share a batch, a sample or more each, and the cores that each one's products use. While it lives
/// that number holds for the thread that made it as well, which is one of them. One thread makes, uses and destroys it.
class BatchWorkers {
public:
    /// @param threads train.threads @param samples of a batch; see workerCount() and productThreads()
    /// @throws Error (Config) where the system does not give as many threads
    BatchWorkers(at::Device device, std::int64_t threads, std::int64_t samples);

    [[nodiscard]] std::size_t size() const noexcept { return m_pool.size(); }
    /// As WorkerPool::run().
    void run(std::size_t count, const std::function<void(std::size_t)>& job) { m_pool.run(count, job); }
    [[nodiscard]] WorkerPool& pool() noexcept { return m_pool; }

private:
    WorkerPool m_pool;
    std::optional<ThreadCountGuard> m_alone; ///< where there are several
};

} // namespace spectune
