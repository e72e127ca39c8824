// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace spectune {

/// A mailbox in which the latest value wins: the worker publishes, a reader takes what is newest whenever it likes.
/// Neither waits for the other beyond the swap of a pointer.
template <typename T>
class SnapshotSlot {
public:
    void publish(std::shared_ptr<const T> value)
    {
        {
            const std::lock_guard lock(m_mutex);
            std::swap(m_value, value);
        } // the replaced value is freed outside the lock
    }

    /// The newest value, or null before the first; the slot keeps it.
    [[nodiscard]] std::shared_ptr<const T> latest() const
    {
        const std::lock_guard lock(m_mutex);
        return m_value;
    }

private:
    mutable std::mutex m_mutex;
    std::shared_ptr<const T> m_value;
};

} // namespace spectune
