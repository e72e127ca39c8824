// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/RunConfig.h"
#include "ui/RepeatedEdits.h"

#include <QString>

#include <optional>
#include <string>
#include <vector>

namespace spectune {

/// The set-ups that others have replaced, so that none is lost to a click, and the draft that outlives the program.
/// What nobody has set up is not kept: the empty one, and the one that is shown beside a recorded run.
class EarlierSetups {
public:
    struct Setup {
        RunConfig config;
        QString name;
        RepeatedEdits edits {}; ///< which its start repeats
    };

    /// @p run is a recorded run's own, shown to who looks at that: unowned until claimRecorded().
    void showRecorded(const RunConfig& run);
    /// What is shown was chosen or named by a person since.
    void claimRecorded() { m_recorded.clear(); }
    /// The empty one, or the recorded one that is shown.
    [[nodiscard]] bool isUnowned(const RunConfig& config) const;
    /// Nothing happens where its configuration is @p now, or unowned.
    void keep(Setup setup, const RunConfig& now);
    [[nodiscard]] bool isEmpty() const { return m_setups.empty(); }
    /// The latest, in exchange for @p now: one after the other comes back, and in the end @p now, unless it is unowned.
    /// Not of an empty list.
    [[nodiscard]] Setup exchange(Setup now);

    /// In the person's settings. Nothing: takes it away.
    static void writeDraft(const std::optional<Setup>& draft);
    /// Nothing where there is none, or where it cannot be read.
    [[nodiscard]] static std::optional<Setup> readDraft();

private:
    std::vector<Setup> m_setups; ///< the latest last
    std::string m_recorded; ///< as JSON; empty: none is shown, or it is a person's by now
};

} // namespace spectune
