// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/LiveEdit.h"
#include "training/config/RunConfig.h"
#include "training/core/Message.h"
#include "training/loop/FolderLock.h"
#include "training/loop/LineLog.h"
#include "training/monitor/MetricPoint.h"
#include "training/monitor/ModuleLayout.h"
#include "training/monitor/ReplayWriter.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace spectune {

/// A run's folder: config.json, metrics.jsonl, ranks.jsonl, checkpoints/, adapter/, log.txt;
/// replay.bin, from which the studio goes back in time (see ReplayFormat.h);
/// edits.jsonl once something was edited while it went on.
/// Every line is on its way to the disk when its function returns. @throws Error (Io) naming the file, e.g. a full
/// disk: nothing of that line is left, and it may be tried again
/// While an object lives nobody else writes to its folder (see FolderLock).
class RunFolder {
public:
    /// Refuses a folder that exists and is not empty, before anything is written. @throws Error (Config)
    static void checkNew(const std::filesystem::path& path);

    /// Makes the folder with its config.json. Where that fails (a full disk) nothing is left that a second try would
    /// take for a run. Of two that make the same folder at once one is refused.
    /// @throws Error (Config) as checkNew(), Error (Io)
    [[nodiscard]] static RunFolder create(const std::filesystem::path& path, const RunConfig& config);
    /// Goes on in @p path after @p step: metrics, ranks and edits are cut back to it,
    /// and later checkpoints renamed "step-N.cut".
    /// @param lock of that folder, taken before the checkpoint was chosen
    /// @throws Error (Io)
    [[nodiscard]] static RunFolder reopen(const std::filesystem::path& path, std::int64_t step, FolderLock lock);

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return m_path; }
    [[nodiscard]] std::filesystem::path checkpoint(std::int64_t step) const;
    [[nodiscard]] std::filesystem::path adapter() const { return m_path / "adapter"; }
    /// `seconds` of the last metric line: a resumed run's clock goes on from there.
    [[nodiscard]] double secondsBefore() const noexcept { return m_secondsBefore; }
    /// Step of the last metric line, 0 where there is none: below the step gone on from, lines were lost.
    [[nodiscard]] std::int64_t lastMetric() const noexcept { return m_lastMetric; }
    /// Step of the last evaluation line, −1 where there is none: a resumed run does not repeat it.
    [[nodiscard]] std::int64_t evaluatedAt() const noexcept { return m_evaluatedAt; }

    /// For the end of an error's text: " Then go on with --resume …" where there is a checkpoint; else empty.
    [[nodiscard]] Message howToGoOn() const;

    void writeConfig(const RunConfig& config) const;
    void append(const MetricPoint& point);
    void append(const EvalPoint& point);
    void append(const MaskEvent& event, const ModuleLayout& layout);
    /// The triplets at the masking event that @p snapshot was taken at, into replay.bin.
    void append(const RankSnapshot& snapshot) { m_replay.append(snapshot); }
    /// λ and S at a step between events, likewise.
    void appendMoment(const RankSnapshot& snapshot) { m_replay.appendMoment(snapshot); }
    /// No event follows.
    void finishReplay() { m_replay.finish(); }
    /// Makes edits.jsonl with the first. What cannot be written whole is not there at all, and the next may be tried.
    void append(const AppliedEdit& edit) const;
    /// A line of log.txt with the time of day.
    void log(const std::string& text);
    /// "Failed: …", from which a reader tells that the run did not end as it should.
    /// Never throws: the failure itself is what must be told.
    void logFailure(const std::string& reason) noexcept;

private:
    RunFolder(std::filesystem::path path, FolderLock lock);
    void open();

    std::filesystem::path m_path;
    FolderLock m_lock;
    LineLog m_metrics;
    LineLog m_ranks;
    LineLog m_log;
    ReplayWriter m_replay;
    double m_secondsBefore = 0.0;
    std::int64_t m_lastMetric = 0;
    std::int64_t m_evaluatedAt = -1;
};

/// N of a checkpoint's folder, "step-N"; −1 for any other name.
[[nodiscard]] std::int64_t stepOfCheckpoint(const std::filesystem::path& path);

/// Whether @p path is a checkpoint or a run's folder that has one: newestCheckpoint() then finds it.
[[nodiscard]] bool hasCheckpoint(const std::filesystem::path& path);

/// The newest checkpoint of a run's folder, or @p path itself where it is a checkpoint.
/// @throws Error (Config) where there is none, naming the folder
[[nodiscard]] std::filesystem::path newestCheckpoint(const std::filesystem::path& path);

/// The newest checkpoint of the same run that is older than @p checkpoint and looksWhole(); empty where there is none.
[[nodiscard]] std::filesystem::path wholeCheckpointBefore(const std::filesystem::path& checkpoint);

/// What is to be said where newestCheckpoint(@p path) is not the newest folder: that a newer one lacks its state.json.
/// Else empty, and where @p path is a checkpoint itself.
[[nodiscard]] Message passedOverIn(const std::filesystem::path& path);

/// The run's folder that a checkpoint (or the folder itself) belongs to.
[[nodiscard]] std::filesystem::path runFolderOf(const std::filesystem::path& path);

} // namespace spectune
