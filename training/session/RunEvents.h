// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/LiveEdit.h"
#include "training/config/RunConfig.h"
#include "training/config/Validation.h"
#include "training/core/Error.h"
#include "training/monitor/MetricPoint.h"
#include "training/monitor/ModuleLayout.h"
#include "training/session/Requests.h"

#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace spectune {

enum class SessionState {
    Idle,
    Preparing, ///< loading, injecting, tokenising
    Running,
    Pausing, ///< asked for; takes effect at the step border
    Paused,
    Stopping, ///< asked for; the engine saves
    Finished, ///< terminal, as are the two below
    Stopped,
    Failed
};

[[nodiscard]] constexpr bool isTerminal(SessionState state) noexcept
{
    return state == SessionState::Finished || state == SessionState::Stopped || state == SessionState::Failed;
}
/// A run holds the engine: between its start and its terminal state.
[[nodiscard]] constexpr bool isActive(SessionState state) noexcept
{
    return state != SessionState::Idle && !isTerminal(state);
}
[[nodiscard]] const char* toString(SessionState state) noexcept;

/// What to train and where to put it.
struct RunRequest {
    RunConfig config;
    std::string outFolder; ///< empty: nothing is written (bench, tests)
    std::string resumeFolder; ///< a run's folder or a checkpoint; empty: a new run
    std::string device = "cpu"; ///< "cpu", "cuda", "cuda:1"
    /// Taken at their steps, as another run's edits.jsonl tells them, so that this run repeats that one. Those of steps
    /// that a resumed run has done are passed over.
    std::vector<AppliedEdit> edits {};
};

/// A stage of the preparation: "Reading weights", 3 of 5. total 0: unknown.
struct PreparationProgress {
    Message stage;
    std::int64_t done = 0;
    std::int64_t total = 0;
};

/// The run's fixed facts, once the engine knows them; comes before the first MetricPoint.
struct RunStarted {
    std::shared_ptr<const ModuleLayout> layout;
    ResolvedRun resolved;
    std::string outFolder;
    Message deviceName; ///< "Processor, 2 cores", "NVIDIA H200"
    std::int64_t firstStep = 0; ///< steps done before (resume)
    std::int64_t trainSamples = 0;
    std::int64_t evalSamples = 0;
    std::int64_t droppedSamples = 0; ///< without a loss-bearing token
    std::int64_t trainableParameters = 0;
    std::int64_t baseParameters = 0;
};

struct CheckpointSaved {
    std::int64_t step = 0;
    std::string path;
};

struct LogLine {
    Message text;
};

/// A live edit holds from step + 1 on.
struct EditTaken {
    AppliedEdit edit;
    bool changed = true; ///< false: the value was in force already, so nothing was done and nothing is recorded
};

/// A live edit was not taken; all stays as it was.
struct EditRefused {
    LiveEdit edit;
    Failure failure; ///< its text names the key
};

struct StateChanged {
    SessionState state = SessionState::Idle;
    std::int64_t step = 0; ///< steps done
    Failure failure; ///< of Failed; of Paused where the run is held until it can write (RunControl::holdFor)
};

/// A piece of a Generate request's text.
struct PartialText {
    std::int64_t request = 0;
    std::string text;
};

/// How far a request in work has come.
struct RequestProgress {
    std::int64_t request = 0;
    PreparationProgress progress;
};

struct Answered {
    std::int64_t request = 0;
    Answer answer;
};

/// The session's thread has ended; nothing follows.
struct SessionClosed { };

/// What comes out of a session, in order. Only MetricPoints may be thinned when a reader falls far behind.
using RunEvent = std::variant<StateChanged, PreparationProgress, RunStarted, MetricPoint, EvalPoint, MaskEvent,
    CheckpointSaved, LogLine, EditTaken, EditRefused, PartialText, RequestProgress, Answered, SessionClosed>;

} // namespace spectune
