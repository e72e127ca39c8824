// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/LiveEdit.h"

#include <QString>

#include <vector>

namespace spectune {

struct LoadedRun;

/// The changes that a run took while it went on, for another one that shall repeat them at their steps.
struct RepeatedEdits {
    std::vector<AppliedEdit> edits; ///< by step; none: nothing is repeated
    QString run; ///< which took them, as a person calls it

    [[nodiscard]] bool isEmpty() const { return edits.empty(); }
    /// Why a run cannot take all of them at their steps, in a sentence; empty: it can, as far as is known. What depends
    /// on the number of matrices is asked where @p resolved knows it, and all but the steps by the engine once more.
    [[nodiscard]] QString whyNot(RunConfig config, ResolvedRun resolved) const;
};

/// Those of a recorded run. @param name of the run
[[nodiscard]] RepeatedEdits repeatedEditsOf(const LoadedRun& run, const QString& name);
/// Why that run's own configuration would not take them a second time; empty: it would. (What was forced on a resumed
/// run is one such reason.)
[[nodiscard]] QString whyNotRepeated(const LoadedRun& run);

} // namespace spectune
