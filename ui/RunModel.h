// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/monitor/RankSnapshot.h"
#include "training/monitor/RunHistory.h"
#include "training/session/RunEvents.h"
#include "ui/EditedRun.h"
#include "ui/RunRecord.h"
#include "ui/RunReplay.h"
#include "visualization/PlotPlan.h"
#include "visualization/RunCurves.h"

#include <QDateTime>
#include <QObject>
#include <QString>

#include <memory>
#include <optional>
#include <span>

namespace spectune {

class ConfigForm;
class SessionController;
struct RecordedRun;

/// The one run that the studio shows: a set-up that waits for its start, a run that trains, or a recorded one.
/// The views read it and follow its signals. GUI thread.
class RunModel : public QObject {
    Q_OBJECT
public:
    explicit RunModel(QObject* parent = nullptr);

    /// Follows the session's events from now on.
    void follow(SessionController& session);
    /// Shows the set-up as it stands, before any start. Does nothing while a run is shown.
    void showSetup(const ConfigForm& form, const QString& name);
    /// A run is about to start. @param goesOn the shown run is resumed: its curves stay
    void begin(const RunRequest& request, const ResolvedRun& resolved, bool goesOn);
    /// A run as readRecordedRun() found it.
    void showRecorded(RecordedRun run);
    /// Back to the set-up.
    void clear();

    [[nodiscard]] bool isRecorded() const { return m_record.has_value(); }
    /// How a recorded run's folder says that it stands, as Runs names it; empty for a set-up or a run of this session.
    /// state() of one that failed or that another process trains is Stopped: here nothing goes on.
    [[nodiscard]] const std::optional<RecordState>& record() const { return m_record; }
    /// A run, live or recorded; false: the set-up alone.
    [[nodiscard]] bool hasRun() const { return m_hasRun; }
    [[nodiscard]] SessionState state() const { return m_state; }
    /// The run is paused because the disk refuses what it has to write: failure() says what.
    [[nodiscard]] bool isHeld() const { return m_state == SessionState::Paused && !m_failure.message.empty(); }
    /// Stopping or stopped before its first step could begin: there is nothing of it to be saved.
    [[nodiscard]] bool isCancelled() const;
    [[nodiscard]] std::int64_t step() const { return m_step; }
    /// Of a recorded run the message alone, as its log.txt has it.
    [[nodiscard]] const Failure& failure() const { return m_failure; }
    [[nodiscard]] const QString& name() const { return m_name; }
    [[nodiscard]] const QString& folder() const { return m_folder; }
    [[nodiscard]] const QString& deviceName() const { return m_deviceName; }
    [[nodiscard]] const QString& stage() const { return m_stage; }
    [[nodiscard]] const QDateTime& since() const { return m_since; }
    [[nodiscard]] const RunConfig& config() const { return m_config; }
    [[nodiscard]] const ResolvedRun& resolved() const { return m_resolved; }
    /// The live edits so far; config() and resolved() are as of the last one.
    [[nodiscard]] const std::vector<AppliedEdit>& edits() const { return m_edited.edits(); }
    [[nodiscard]] const std::optional<RunStarted>& started() const { return m_started; }
    [[nodiscard]] std::shared_ptr<const ModuleLayout> layout() const { return m_layout; }
    [[nodiscard]] const RunHistory& history() const { return m_history; }
    [[nodiscard]] const std::vector<std::int64_t>& checkpoints() const { return m_checkpoints; }
    /// Something is there to be exported: what the session holds, an adapter or a checkpoint.
    [[nodiscard]] bool isExportable() const;
    [[nodiscard]] PlotPlan plan() const;
    /// history()'s curves, where a worker has made them already: of a recorded run. Null: of one that goes on.
    [[nodiscard]] const RunCurves* curves() const { return m_curves ? &*m_curves : nullptr; }
    [[nodiscard]] Phase phase() const;
    [[nodiscard]] int matricesAtZero() const;
    [[nodiscard]] std::int64_t skippedSteps() const { return m_skipped; }
    /// Seconds per step and loss-bearing tokens per second of the last steps; 0: not known.
    [[nodiscard]] double secondsPerStep() const;
    [[nodiscard]] double tokensPerSecond() const;
    /// What the run held of its device when it was last looked at, and the most of all these times; 0: not known, or
    /// recorded.
    [[nodiscard]] const DeviceMemory& memory() const { return m_memory; }
    [[nodiscard]] std::int64_t mostMemory() const { return m_mostMemory; }

    /// What heatmap and inspector show: the newest, or that of the shown step.
    [[nodiscard]] std::shared_ptr<const RankSnapshot> shownSnapshot() const;
    [[nodiscard]] std::int64_t shownStep() const { return m_shown; } ///< −1: live
    void showStep(std::int64_t step);
    /// The run's past, event by event.
    [[nodiscard]] RunReplay& replay() const { return m_replay; }

Q_SIGNALS:
    /// Another run, plan or layout: read everything anew.
    void reset();
    /// The same run in another theme: only texts that hold colours are to be written anew.
    void recoloured();
    void stateChanged();
    void metricsAppended(std::span<const spectune::MetricPoint> points);
    void evaluationAppended(const spectune::EvalPoint& point);
    void eventAppended(const spectune::MaskEvent& event);
    void checkpointAppended();
    void editTaken(const spectune::AppliedEdit& edit); ///< a live edit; plan and configuration have changed
    void editRefused(const spectune::LiveEdit& edit, const QString& why);
    void snapshotChanged();
    void shownStepChanged(qint64 step);

private:
    void takeStarted(const RunStarted& started);
    void takeSnapshot(const std::shared_ptr<const RankSnapshot>& snapshot);
    void cutAfter(std::int64_t step);
    void takeEdited();

    SessionState m_state = SessionState::Idle;
    std::int64_t m_step = 0;
    std::int64_t m_shown = -1;
    std::optional<RecordState> m_record;
    bool m_hasRun = false;
    bool m_begun = false; ///< a live run is behind its preparation
    bool m_hasAdapter = false; ///< of a recorded run
    Failure m_failure;
    QString m_name;
    QString m_folder;
    QString m_deviceName;
    QString m_stage;
    QDateTime m_since;
    RunConfig m_config;
    ResolvedRun m_resolved;
    EditedRun m_edited;
    std::optional<RunStarted> m_started;
    std::shared_ptr<const ModuleLayout> m_layout;
    std::shared_ptr<const RankSnapshot> m_latest;
    mutable RunReplay m_replay; ///< a cache of what the run's folder holds
    RunHistory m_history;
    std::optional<RunCurves> m_curves;
    std::int64_t m_skipped = 0; ///< of the history's steps
    std::vector<std::int64_t> m_checkpoints;
    DeviceMemory m_memory;
    std::int64_t m_mostMemory = 0;
};

} // namespace spectune
