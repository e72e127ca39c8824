// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace spectune {

/// A fixed set of threads that do one job side by side and sleep in between: no spinning, so that a busy machine, or a
/// window on the same two cores, costs its own time and not a multiple of it.
class WorkerPool {
public:
    /// @param size workers, the caller counted; at least 1
    /// @param prepare runs once on each new thread (not on the caller's)
    /// @throws Error (Config) where the system does not give as many threads
    explicit WorkerPool(std::size_t size, const std::function<void()>& prepare = {});
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    [[nodiscard]] std::size_t size() const noexcept { return m_threads.size() + 1; }

    /// Calls @p job with 0 … count − 1, one worker each (0 on the caller's thread), and waits for all.
    /// The first exception by number is thrown again once all are done. @pre count <= size()
    void run(std::size_t count, const std::function<void(std::size_t)>& job);

private:
    void close() noexcept;
    void work(std::size_t number, const std::function<void()>& prepare);
    void perform(std::size_t number);

    std::vector<std::thread> m_threads;
    std::mutex m_mutex;
    std::condition_variable m_begin;
    std::condition_variable m_done;
    const std::function<void(std::size_t)>* m_job = nullptr; ///< of the round in work
    std::vector<std::exception_ptr> m_faults; ///< by number
    std::size_t m_count = 0; ///< numbers of this round
    std::size_t m_open = 0; ///< workers that have not finished it
    std::size_t m_round = 0;
    bool m_closing = false;
};

} // namespace spectune
