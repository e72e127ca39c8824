// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/session/TrainingSession.h"

#include <QObject>
#include <QString>
#include <QTimer>

#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace spectune {

/// What a request has the engine do.
enum class EngineWork { Reading, Looking, Lengths, Answering, Checking, Exporting };

/// The studio's end of a TrainingSession: pulls its mailboxes every 100 ms and hands on plain values as signals.
/// The timer runs only while a run is active, a request waits for its answer or the session closes; an idle studio
/// costs no processor time. While a run is paused, nothing is asked and nothing comes, it pulls four times a second:
/// whatever is then done to the run begins here, and is followed at once. GUI thread.
class SessionController : public QObject {
    Q_OBJECT
public:
    explicit SessionController(EngineFactory factory, QObject* parent = nullptr);
    ~SessionController() override;

    /// Each does nothing and returns false where the state does not allow it.
    bool start(RunRequest request);
    bool pause();
    bool resume();
    bool step();
    bool stop();
    bool saveAndStop();
    bool saveNow();
    bool evaluateNow();
    bool edit(LiveEdit edit);

    std::int64_t ask(Request request);
    void cancel(std::int64_t request);
    /// What the engine is at while @p request waits; nothing: that one is next.
    [[nodiscard]] std::optional<EngineWork> workBefore(std::int64_t request) const;
    /// Ends the session's thread; closed() follows.
    void close();

    /// As last reported by stateChanged(): what the views show.
    [[nodiscard]] SessionState state() const { return m_state; }
    [[nodiscard]] std::int64_t stepsDone() const { return m_step; }
    [[nodiscard]] bool isClosed() const { return m_closed; }
    [[nodiscard]] bool isPolling() const { return m_timer.isActive(); }
    [[nodiscard]] int pollMilliseconds() const { return m_timer.interval(); }

Q_SIGNALS:
    void stateChanged(spectune::SessionState state, qint64 step, const spectune::Failure& failure);
    void preparation(const spectune::PreparationProgress& progress);
    void runStarted(const spectune::RunStarted& started);
    /// All points that came since the last pull, ascending.
    void metricsArrived(const std::vector<spectune::MetricPoint>& points);
    void evaluated(const spectune::EvalPoint& point);
    void masked(const spectune::MaskEvent& event);
    void checkpointSaved(const spectune::CheckpointSaved& checkpoint);
    void editTaken(const spectune::AppliedEdit& edit, bool changed);
    void editRefused(const spectune::LiveEdit& edit, const spectune::Failure& failure);
    void logged(const QString& line);
    void partialText(qint64 request, const QString& text);
    void requestProgress(qint64 request, const spectune::PreparationProgress& progress);
    void answered(qint64 request, const spectune::Answer& answer);
    void snapshotArrived(const std::shared_ptr<const spectune::RankSnapshot>& snapshot);
    void closed();

private:
    void wake();
    void setPace(int milliseconds);
    void poll();
    void deliver(RunEvent& event, std::vector<MetricPoint>& points);

    std::unique_ptr<TrainingSession> m_session;
    QTimer m_timer;
    std::map<std::int64_t, EngineWork> m_waiting; ///< requests without an answer, in the order in which they get it
    std::shared_ptr<const RankSnapshot> m_snapshot;
    SessionState m_state = SessionState::Idle;
    std::int64_t m_step = 0;
    int m_quietPolls = 0; ///< pulls in a row that brought nothing
    bool m_closing = false;
    bool m_closed = false;
};

} // namespace spectune
