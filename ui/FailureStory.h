// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/Error.h"
#include "ui/KeyValueList.h"

#include <QString>

#include <vector>

namespace spectune {

class RunModel;

/// "Out of memory" and the like.
[[nodiscard]] QString failureTitle(FailureKind kind);

/// "Step 301" or "Steps 301 to 420": what was done after what is on disk; empty: nothing was.
[[nodiscard]] QString unsavedSteps(const RunModel& run);

/// What ended a run, or what keeps it waiting for its disk, in words and in the figures that are known.
struct FailureStory {
    struct Kept {
        bool safe = true; ///< on disk
        QString title;
        QString detail;
    };

    QString title; ///< "Out of memory at step 420"
    QString message; ///< the engine's sentence
    KeyValueList::Rows facts; ///< when it was, and how things stood then
    QString heading; ///< above the advice
    QString advice;
    std::vector<Kept> kept;
    QString detail; ///< a library's own words; may be empty

    /// The run has failed, here or as its folder says, or it is held.
    [[nodiscard]] static bool isToTell(const RunModel& run);
    /// @pre isToTell(run)
    [[nodiscard]] static FailureStory of(const RunModel& run);
};

} // namespace spectune
