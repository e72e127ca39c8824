// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/core/WorkerPool.h"

#include "training/core/Error.h"

#include <algorithm>
#include <string>
#include <system_error>

namespace spectune {

WorkerPool::WorkerPool(std::size_t size, const std::function<void()>& prepare)
    : m_faults(std::max<std::size_t>(size, 1))
{
    m_threads.reserve(m_faults.size() - 1);
    try {
        for (std::size_t number = 1; number < size; ++number)
            m_threads.emplace_back([this, number, start = prepare] { work(number, start); });
    } catch (const std::system_error& fault) {
        const std::size_t made = m_threads.size() + 1;
        close();
        throw configError(
            "The system gives only %1 of %2 threads: %3. Lower train.threads, or raise the limit (ulimit -u).", made,
            size, fault.code().message());
    } catch (...) { // threads that still run when they are destroyed end the program
        close();
        throw;
    }
}

WorkerPool::~WorkerPool()
{
    close();
}

void WorkerPool::close() noexcept
{
    {
        const std::lock_guard lock(m_mutex);
        m_closing = true;
    }
    m_begin.notify_all();
    for (std::thread& thread : m_threads)
        thread.join();
}

void WorkerPool::run(std::size_t count, const std::function<void(std::size_t)>& job)
{
    {
        const std::lock_guard lock(m_mutex);
        m_job = &job;
        m_count = count;
        m_open = m_threads.size();
        ++m_round;
        std::fill(m_faults.begin(), m_faults.end(), nullptr);
    }
    m_begin.notify_all();
    perform(0);
    std::unique_lock lock(m_mutex);
    m_done.wait(lock, [this] { return m_open == 0; });
    m_job = nullptr;
    const auto fault
        = std::find_if(m_faults.begin(), m_faults.end(), [](const auto& pointer) { return pointer != nullptr; });
    if (fault != m_faults.end())
        std::rethrow_exception(*fault);
}

void WorkerPool::perform(std::size_t number)
{
    if (number >= m_count)
        return;
    try {
        (*m_job)(number);
    } catch (...) {
        m_faults[number] = std::current_exception(); // each worker writes its own place
    }
}

void WorkerPool::work(std::size_t number, const std::function<void()>& prepare)
{
    if (prepare)
        prepare();
    std::size_t seen = 0;
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_begin.wait(lock, [&] { return m_closing || m_round != seen; });
        if (m_closing)
            return;
        seen = m_round;
        lock.unlock();
        perform(number);
        lock.lock();
        if (--m_open == 0)
            m_done.notify_one();
    }
}

} // namespace spectune
