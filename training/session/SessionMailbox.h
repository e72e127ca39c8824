// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/EventQueue.h"
#include "training/core/SnapshotSlot.h"
#include "training/session/SnapshotPace.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

namespace spectune {

/// What the session's thread is given to do: the end, a run, or a request.
struct CloseJob { };
struct RunJob {
    RunRequest request;
    StopToken stop; ///< set by stop() and close()
};
struct RequestJob {
    std::int64_t id = 0;
    Request request;
    StopToken stop; ///< set by cancel()
};
using SessionJob = std::variant<CloseJob, RunJob, RequestJob>;
using BorderJob = std::variant<BorderAction, RequestJob>;
/// Of a run that is held: whether to try again what it is held for.
using HoldJob = std::variant<bool, RequestJob>;

/// The three mailboxes between a front end and the session's thread, and the state machine that rules them.
/// One mutex orders commands and states; it is never held while the engine works, so no caller waits for a step.
///
///     Idle → Preparing → Running ⇄ Pausing → Paused → (Running: resume | Pausing: step)
///     Running, Pausing, Stopping → Paused, with a failure: hold
///     any active state → Stopping → Stopped;  Finished and Failed from any active state
class SessionMailbox {
public:
    /// A reader that falls this many events behind gets fewer metric points. About 10 MB.
    static constexpr std::size_t eventCapacity = 1U << 15U;

    SessionMailbox();

    // For the front end, from any thread; TrainingSession says what each does.
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
    void cancel(std::int64_t id);
    void close();
    [[nodiscard]] SessionState state() const;
    [[nodiscard]] std::vector<RunEvent> takeEvents() { return m_events.takeAll(); }
    [[nodiscard]] std::shared_ptr<const RankSnapshot> latestSnapshot() const { return m_snapshots.latest(); }

    // For the session's thread.
    /// Waits for work. After CloseJob only closed() may follow.
    [[nodiscard]] SessionJob nextJob();
    /// What to do between two steps: waits while paused. After a RequestJob and its answer() it is asked again. While
    /// the run goes on, a border has one InspectTriplets at most,
    /// so that questions delay a step by one answer and no more.
    [[nodiscard]] BorderJob atBorder(std::int64_t stepsDone);
    /// Pauses the run, wherever it is, for @p failure. @return false: the session closes, nobody can mend it
    [[nodiscard]] bool hold(Failure failure);
    /// Waits until resume(), step(), saveNow() or saveAndStop() ask to try again, or stop() gives the run up.
    [[nodiscard]] HoldJob atHold();
    /// What came with BorderAction::Edit.
    [[nodiscard]] std::vector<LiveEdit> takeEdits();
    /// Hands an event on and takes note of RunStarted and of the steps done.
    void post(RunEvent event);
    [[nodiscard]] bool snapshotDue();
    void publish(std::shared_ptr<const RankSnapshot> snapshot);
    void answer(std::int64_t id, Answer answer);
    void endRun(SessionState terminal, Failure failure = {});
    void closed();
    [[nodiscard]] std::int64_t stepsDone() const;

private:
    void setState(SessionState state, Failure failure = {});
    /// To @p state from a pause, or from a hold: a stop that was held goes on as one instead.
    void goOn(SessionState state);
    /// A request that the run waits for at a step border is stopped, too; one that is before the run goes on.
    bool requestStop();
    void pushAnswer(std::int64_t id, Answer answer);
    [[nodiscard]] RequestJob takeRequest(const std::deque<RequestJob>::iterator& place);
    /// The first request that is answered between two steps of a run that goes on.
    [[nodiscard]] std::deque<RequestJob>::iterator firstForBorder();
    [[nodiscard]] bool isTraining() const noexcept;
    [[nodiscard]] bool lacksSnapshot() const noexcept;

    mutable std::mutex m_mutex; ///< for all below but the two mailboxes out, which have their own
    std::condition_variable m_wake;
    SessionState m_state = SessionState::Idle;
    std::int64_t m_stepsDone = 0;
    std::int64_t m_totalSteps = 0; ///< 0: not known yet
    std::optional<RunJob> m_waitingRun; ///< started, not yet taken by the thread
    StopToken m_runStop;
    bool m_saveAsked = false;
    bool m_evaluateAsked = false;
    bool m_triesAgain = false; ///< what the run is held for
    bool m_stopHeld = false; ///< the run was held in its stop, which goes on after it
    bool m_stepGranted = false; ///< step() was asked for and has not begun
    std::vector<LiveEdit> m_edits; ///< asked for and not yet taken

    std::deque<RequestJob> m_requests;
    std::optional<RequestJob> m_request; ///< in work
    std::int64_t m_lastRequest = 0;
    std::int64_t m_inspectedAt = -1; ///< steps done at the last border of the running run that answered a request
    bool m_closing = false;
    bool m_closed = false;

    bool m_snapshotRefused = false; ///< since the last step began, snapshotDue() said no
    std::int64_t m_snapshotStep = -1; ///< of the last snapshot published in this run
    SnapshotPace m_snapshotPace;
    std::optional<SnapshotPace::Time> m_snapshotAsked; ///< when snapshotDue() said yes, until publish()

    EventQueue<RunEvent> m_events;
    SnapshotSlot<RankSnapshot> m_snapshots;
};

} // namespace spectune
