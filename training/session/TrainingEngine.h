// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/StopToken.h"
#include "training/monitor/RankSnapshot.h"
#include "training/session/RunEvents.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace spectune {

/// What the loop does at a step border. `Continue` ends the border; after any other the loop asks again.
enum class BorderAction { Continue, Save, Evaluate, Edit, Stop };

/// The engine's side of a run: where it reports and where it asks. Implemented by the session and by the command line.
/// Every function is called on the engine's thread.
class RunControl {
public:
    virtual ~RunControl() = default;

    /// A view redraws at 30 Hz; more snapshots than that are copied for nobody.
    static constexpr std::chrono::milliseconds snapshotInterval {33};

    /// To be polled in every long loop of the preparation, which leaves as Stopped, and of an evaluation, which is
    /// given up. A step is never left: nextAction() returns BorderAction::Stop at its end, so that nothing is lost.
    [[nodiscard]] virtual const StopToken& stopToken() const = 0;
    /// Ordered; cheap; never waits for a reader.
    virtual void post(RunEvent event) = 0;
    /// Whether someone wants to see this moment: the rate limit has passed, or a pause or stop is at hand. To be asked
    /// after the step's update, before nextAction(); when true, this step's snapshot is published before that call,
    /// so that what is shown while paused is the paused step. After BorderAction::Stop it is true once more.
    [[nodiscard]] virtual bool snapshotDue() = 0;
    virtual void publish(std::shared_ptr<const RankSnapshot> snapshot) = 0;
    /// Called after every optimizer step with the steps done. Waits here while paused (requests are answered meanwhile;
    /// while the run goes on, one InspectTriplets a border).
    [[nodiscard]] virtual BorderAction nextAction(std::int64_t stepsDone) = 0;
    /// The disk refuses what the run has to write: no room, no rights. A person can mend that: waits, paused, until it
    /// is to be tried again. At any place of the loop between two steps' work; requests are answered meanwhile.
    /// @return false: nobody is there, or they gave up, and @p failure is to end the run
    [[nodiscard]] virtual bool holdFor(const Failure& /*failure*/) { return false; }
    /// After BorderAction::Edit: what is to change from the next step on, in the order asked for. The engine takes or
    /// refuses each, and posts EditTaken or EditRefused.
    [[nodiscard]] virtual std::vector<LiveEdit> takeEdits() { return {}; }
};

/// Reports of a single request.
struct RequestContext {
    StopToken stop; ///< to be polled in every long loop
    std::function<void(const std::string&)> partialText; ///< for Generate; may be empty
    /// For exports: "Writing", 3 of 42 matrices. May be empty.
    std::function<void(const Message& stage, std::int64_t done, std::int64_t total)> progress = {};
};

/// How a run ended, when it did not throw.
enum class RunOutcome { Finished, Stopped };

/// The engine as its users see it; LibTorchEngine implements it, tests have a fake. All calls come from one thread.
class TrainingEngine {
public:
    virtual ~TrainingEngine() = default;

    /// Trains to the end or to BorderAction::Stop. A stop during the preparation leaves as Stopped.
    /// @throws Error, std::bad_alloc, Stopped
    virtual RunOutcome run(const RunRequest& request, RunControl& control) = 0;

    /// Answers one request. May be called from within RunControl::nextAction(): while a run is paused, and for
    /// InspectTriplets between any two steps. It changes nothing of the run.
    /// @throws Error, std::bad_alloc, Stopped
    [[nodiscard]] virtual Answer answer(const Request& request, const RequestContext& context) = 0;
};

/// Makes the engine; called on the session's thread at its first need. @throws Error where it cannot be loaded
using EngineFactory = std::function<std::unique_ptr<TrainingEngine>()>;

} // namespace spectune
