// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/Error.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace spectune {

/// What a run in a terminal does while the disk refuses what it has to write: says so, once, and waits for somebody to
/// mend it. Used by the engine's thread.
class WriteHold {
public:
    static constexpr std::chrono::seconds tryAfter {2};
    /// Where nobody watches: a batch job is not to hang for ever.
    static constexpr std::chrono::seconds unattendedLimit {30};

    struct Surroundings {
        std::function<void(std::chrono::seconds)> wait; ///< back early where a stop is asked for meanwhile
        std::function<bool()> stopped; ///< whether a stop has been asked for
        std::function<void(const std::string&)> tell;
    };

    /// @param limit the longest wait before the run must have gone on; 0: none at all, empty: as long as it takes
    WriteHold(Surroundings surroundings, std::optional<std::chrono::seconds> limit);

    /// Waits for the next try (see RunControl::holdFor). A stop that is asked for meanwhile gives up; one from before
    /// does not: what is to be written then is what the stop would save.
    /// @return false: the limit has passed, or somebody gave up
    [[nodiscard]] bool holdFor(const Failure& failure);
    /// It could be written after all: a refusal that follows is another one.
    void wentOn() noexcept { m_held = false; }

private:
    void begin(const Failure& failure);

    Surroundings m_surroundings;
    std::optional<std::chrono::seconds> m_limit;
    std::chrono::seconds m_waited {0};
    bool m_held = false;
    bool m_wasStopping = false;
};

} // namespace spectune
