// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <limits>
#include <mutex>

namespace spectune::test {

/// How long a test waits for another thread before it fails; long enough for a sanitizer on a loaded machine.
inline constexpr std::chrono::seconds patience {60};

/// A place in a fake where its thread stops until the test lets it go on. Open from the start.
class Gate {
public:
    /// Called by the fake: waits while the gate is shut.
    void pass()
    {
        std::unique_lock lock(m_mutex);
        ++m_arrivals;
        m_changed.notify_all();
        m_changed.wait(lock, [this] { return m_permits > 0; });
        if (m_permits != unlimited)
            --m_permits;
    }

    void shut() { setPermits(0); }
    void open() { setPermits(unlimited); }
    /// Lets @p count more arrivals through.
    void allow(std::int64_t count)
    {
        const std::lock_guard lock(m_mutex);
        m_permits += count;
        m_changed.notify_all();
    }

    /// Waits until the fake has come here @p count times in all. @returns false when it did not in time
    [[nodiscard]] bool awaitArrivals(std::int64_t count)
    {
        std::unique_lock lock(m_mutex);
        return m_changed.wait_for(lock, patience, [&] { return m_arrivals >= count; });
    }

private:
    static constexpr std::int64_t unlimited = std::numeric_limits<std::int64_t>::max();

    void setPermits(std::int64_t permits)
    {
        const std::lock_guard lock(m_mutex);
        m_permits = permits;
        m_changed.notify_all();
    }

    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::int64_t m_permits = unlimited;
    std::int64_t m_arrivals = 0;
};

} // namespace spectune::test
