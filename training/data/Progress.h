// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/StopToken.h"

#include <cstdint>
#include <functional>

namespace spectune {

/// What a long reading loop tells and asks on its way. The callback comes on the loop's own thread.
struct Progress {
    StopToken stop = {};
    std::function<void(std::int64_t done, std::int64_t total)> report = {}; ///< may be empty

    /// @throws Stopped
    void advance(std::int64_t done, std::int64_t total) const
    {
        stop.throwIfStopped();
        if (report)
            report(done, total);
    }
};

} // namespace spectune
