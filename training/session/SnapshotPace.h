// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/session/TrainingEngine.h"

#include <algorithm>
#include <chrono>

namespace spectune {

/// When a live view's next snapshot is due: as often as a view redraws, unless making one takes so long that training
/// would notice. All times are the training thread's.
class SnapshotPace {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// Of the training's time, what snapshots may take: one part in so many.
    static constexpr int share = 100;
    /// However long one took, the next comes after it: a view that stands still looks broken.
    static constexpr std::chrono::milliseconds longest {250};

    [[nodiscard]] bool isDue(Time now) const noexcept { return now >= m_next; }
    /// A snapshot was begun and is there.
    void made(Time begin, Time end) noexcept
    {
        const auto cost = std::max(end - begin, Time::duration::zero());
        m_next = end
            + std::clamp<Time::duration>(
                share * cost, RunControl::snapshotInterval, std::chrono::milliseconds(longest));
    }

private:
    Time m_next {}; ///< at once
};

} // namespace spectune
