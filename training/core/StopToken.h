// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/Error.h"

#include <atomic>
#include <memory>

namespace spectune {

/// Asks a long loop to end. Copies share one flag; any thread may request, the worker polls.
/// A value, unlike std::stop_token, which wants a std::stop_source beside it.
class StopToken {
public:
    void requestStop() const noexcept { m_flag->store(true, std::memory_order_relaxed); }
    [[nodiscard]] bool stopRequested() const noexcept { return m_flag->load(std::memory_order_relaxed); }
    /// To be called in every long loop. @throws Stopped
    void throwIfStopped() const
    {
        if (stopRequested())
            throw Stopped {};
    }

private:
    std::shared_ptr<std::atomic<bool>> m_flag = std::make_shared<std::atomic<bool>>(false);
};

} // namespace spectune
