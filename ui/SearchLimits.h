// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

#include <limits>

namespace spectune {

/// How far a search for runs goes.
struct SearchLimits {
    int levels = std::numeric_limits<int>::max(); ///< of folders below the first one
    int folders = std::numeric_limits<int>::max(); ///< that are looked into
};

/// Of a folder that a person has dropped: it may be a whole disk, and what else the history does waits for the search.
inline constexpr SearchLimits droppedLimits {.levels = 4, .folders = 5000};

/// The runs' folders that a search has come upon.
struct FoundRuns {
    QStringList found;
    bool whole = true; ///< false: the limits were met, there may be more
};

/// How a search for runs has ended.
enum class SearchEnd {
    Whole,
    Limited, ///< SearchLimits were met
    Failed, ///< the reason has been told
    Cancelled, ///< by a person; what was found until then is in the history
};

} // namespace spectune
