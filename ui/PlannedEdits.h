// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/RunConfig.h"
#include "ui/RepeatedEdits.h"

#include <optional>
#include <vector>

namespace spectune {

/// What the studio's last starts were to repeat, by the run's folder, which itself tells only what was repeated so far.
/// GUI thread.
class PlannedEdits {
public:
    struct Start {
        RunConfig config; ///< that the run began with
        RepeatedEdits edits;
    };

    /// Whether it outlives the program, in its settings.
    void setRemembers(bool remembers) { m_remembers = remembers; }
    /// A run begins in @p folder, absolute. Without edits nothing is left of an earlier run that was there.
    void keep(const QString& folder, const Start& start);
    /// Empty: the run of this folder repeats nothing, or is too long ago.
    [[nodiscard]] std::optional<Start> of(const QString& folder) const;

private:
    struct Entry {
        QString folder;
        QString configuration; ///< as config.json has it
        QString edits; ///< as edits.jsonl has them
        QString run; ///< whose they were
    };
    /// The latest first; where they are remembered with those of other windows and earlier times.
    [[nodiscard]] std::vector<Entry> all() const;
    static void write(const std::vector<Entry>& entries);

    bool m_remembers = false;
    std::vector<Entry> m_entries; ///< the latest first
};

} // namespace spectune
