// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/SnapshotSlot.h"
#include "training/session/TrainingEngine.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace spectune {

/// Owns the one thread that touches the engine, and the state machine of a run.
///
/// Every public function may be called from any thread, returns at once and never waits for the engine. Values cross in
/// three mailboxes: commands in, events and snapshots out; a front end pulls (takeEvents(), latestSnapshot()).
/// A command that makes no sense in the present state does nothing and returns false: a double click is harmless.
class TrainingSession {
public:
    explicit TrainingSession(EngineFactory factory);
    /// Asks everything to stop and joins. A front end closes first (close(), then SessionClosed), so this is immediate.
    ~TrainingSession();
    TrainingSession(const TrainingSession&) = delete;
    TrainingSession& operator=(const TrainingSession&) = delete;

    /// From Idle or a terminal state. The state is Preparing when this returns true.
    bool start(RunRequest request);
    /// From Running (to Pausing).
    bool pause();
    /// From Paused (to Running) or Pausing (the pause is taken back).
    bool resume();
    /// From Paused: one optimizer step (to Pausing), then Paused again. resume() meanwhile lets it go on.
    bool step();
    /// From any active state. While training the engine saves and ends as Stopped; while preparing it just ends. A
    /// request that the paused run is answering is cancelled, as by cancel(),
    /// so that the checkpoint does not wait for it.
    bool stop();
    /// As stop(), but a run that is held first tries again what it is held for; where that is refused once more it is
    /// held again, and not given up.
    bool saveAndStop();
    /// While Running, Pausing or Paused: a checkpoint at the next step border.
    bool saveNow();
    /// While Running, Pausing or Paused: an evaluation at the next step border.
    bool evaluateNow();
    /// While Running, Pausing or Paused: changes a live-editable field at the next step border; EditTaken or
    /// EditRefused tells what became of it.
    bool edit(LiveEdit edit);

    /// Queues a request; its Answered event carries the number returned here. Answered when no run is active, or while
    /// one is paused; InspectModel and the like wait until then. InspectTriplets is answered at a step border of a run
    /// that goes on, too: one each.
    std::int64_t ask(Request request);
    /// Cancels a request, queued or in work; it is answered with a Failure of kind Config, text "Cancelled.", unless
    /// the engine had already done it.
    void cancel(std::int64_t request);

    /// Stops what runs and ends the thread; SessionClosed is the last event.
    void close();

    [[nodiscard]] SessionState state() const;
    /// All events since the last call, in order.
    [[nodiscard]] std::vector<RunEvent> takeEvents();
    /// The newest picture of the run; null before the first.
    [[nodiscard]] std::shared_ptr<const RankSnapshot> latestSnapshot() const;

private:
    class Worker;
    std::unique_ptr<Worker> m_worker;
};

} // namespace spectune
