// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace spectune {

/// An ordered mailbox that never makes its writer wait. When @p capacity is passed, every second event for which
/// `mayThin` holds is dropped, oldest and newest of them kept; all others always arrive.
template <typename Event> class EventQueue {
public:
    EventQueue(std::size_t capacity, std::function<bool(const Event&)> mayThin)
        : m_capacity(capacity)
        , m_mayThin(std::move(mayThin))
    {
    }

    void push(Event event)
    {
        const std::lock_guard lock(m_mutex);
        m_events.push_back(std::move(event));
        if (m_events.size() > m_capacity)
            thin();
    }

    /// All events since the last call, in order.
    [[nodiscard]] std::vector<Event> takeAll()
    {
        const std::lock_guard lock(m_mutex);
        m_threshold = m_capacity;
        return std::exchange(m_events, {});
    }

private:
    void thin();

    std::size_t m_capacity;
    std::size_t m_threshold = 0; ///< grows when nothing was left to thin, so that push() stays amortised O(1)
    std::function<bool(const Event&)> m_mayThin;
    mutable std::mutex m_mutex;
    std::vector<Event> m_events;
};

} // namespace spectune
