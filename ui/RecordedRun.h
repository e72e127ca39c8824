// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/monitor/RankSnapshot.h"
#include "training/monitor/RunHistory.h"
#include "ui/EditedRun.h"
#include "ui/RunRecord.h"
#include "ui/RunReplay.h"
#include "visualization/RunCurves.h"

#include <QString>

#include <cstdint>
#include <memory>
#include <vector>

namespace spectune {

/// All that a run's folder tells the studio to show it; values alone, made on one thread and handed to another.
struct RecordedRun {
    QString folder; ///< absolute
    QString name; ///< the folder's
    RecordState state = RecordState::Interrupted; ///< as Runs names it
    QString problem; ///< of Failed: the reason that log.txt gives
    QString damage; ///< one sentence naming the file that does not hold all of the run; empty: they do
    EditedRun edited;
    RunHistory history; ///< its events' ranks in the layout's order
    std::int64_t skipped = 0; ///< steps of the history
    RunCurves curves; ///< of the history, with the usual smoothing
    std::shared_ptr<const ModuleLayout> layout; ///< null: the run recorded no masking event
    std::vector<std::int64_t> checkpoints; ///< steps, ascending
    bool hasAdapter = false; ///< adapter/ is there
    RunReplay replay;
    std::shared_ptr<const RankSnapshot> latest; ///< at the last step; null without a layout

    /// On its own or on request, with all of it saved.
    [[nodiscard]] bool endedWell() const { return state == RecordState::Finished || state == RecordState::Stopped; }
    [[nodiscard]] std::int64_t lastStep() const { return history.metrics.empty() ? 0 : history.metrics.back().step; }
};

/// Steps that changed nothing, for a gradient was not finite.
[[nodiscard]] std::int64_t skippedIn(const std::vector<MetricPoint>& points);

/// Reads config.json, metrics.jsonl, ranks.jsonl, edits.jsonl and replay.bin. Any thread; long runs take a second.
/// @throws Error (Config, Io) naming the file
[[nodiscard]] RecordedRun readRecordedRun(const QString& folder);

} // namespace spectune
