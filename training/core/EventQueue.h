// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace spectune {

/// An ordered mailbox that never makes its writer wait. When @p capacity is passed, every second event for which
/// `mayThin` holds is dropped, oldest and newest of them kept; all others always arrive.
template <typename Event>
class EventQueue {
public:
    EventQueue(std::size_t capacity, std::function<bool(const Event&)> mayThin)
        : m_capacity(capacity)
        , m_limit(capacity)
        , m_mayThin(std::move(mayThin))
    {
    }

    void push(Event event)
    {
        const std::lock_guard lock(m_mutex);
        m_events.push_back(std::move(event));
        if (m_events.size() > m_limit)
            thin();
    }

    /// All events since the last call, in order.
    [[nodiscard]] std::vector<Event> takeAll()
    {
        const std::lock_guard lock(m_mutex);
        m_limit = m_capacity;
        return std::exchange(m_events, {});
    }

private:
    void thin()
    {
        const auto newest = std::find_if(m_events.rbegin(), m_events.rend(), m_mayThin);
        const Event* newestThinnable = newest == m_events.rend() ? nullptr : &*newest;
        bool drop = true;
        std::size_t kept = 0;
        for (Event& event : m_events) {
            if (m_mayThin(event)) {
                drop = !drop;
                if (drop && &event != newestThinnable)
                    continue;
            }
            if (&event != &m_events[kept])
                m_events[kept] = std::move(event);
            ++kept;
        }
        m_events.erase(m_events.begin() + static_cast<std::ptrdiff_t>(kept), m_events.end());
        // Half as many again must come before the next pass, so that push() is O(1) on average even when next to
        // nothing could be dropped.
        m_limit = std::max(m_capacity, kept + kept / 2);
    }

    std::size_t m_capacity;
    std::size_t m_limit; ///< size above which push() thins; m_capacity unless what may not be thinned fills it
    std::function<bool(const Event&)> m_mayThin;
    std::mutex m_mutex;
    std::vector<Event> m_events;
};

} // namespace spectune
