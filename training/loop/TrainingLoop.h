// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/loop/DivergenceGuard.h"
#include "training/loop/Prefetcher.h"
#include "training/loop/RunContext.h"
#include "training/loop/RunEdits.h"

#include <chrono>
#include <functional>

namespace spectune {

/// The order around the optimizer steps: report, evaluate, save, show, ask.
class TrainingLoop {
public:
    TrainingLoop(RunContext& context, RunControl& control);

    /// @throws Error (all kinds); what was saved before stays
    RunOutcome run();

private:
    /// All steps that are left, and what stands between them. @return how they ended
    [[nodiscard]] RunOutcome takeSteps();
    [[nodiscard]] PreparedBatch nextBatch();
    void train();
    /// Keeps the steps done so far, where the failure left them whole. Never throws: the failure itself is what must be
    /// told.
    void saveAfterFailure();
    void report(const StepResult& result);
    /// Runs @p write, which writes to replay.bin.
    /// It is a side file: where it cannot be written the run says so once and goes on without it.
    void keepReplay(const std::function<void(RunFolder&)>& write);
    /// @return false: a stop cut it short
    bool evaluate();
    void save();
    /// @return what was published
    std::shared_ptr<const RankSnapshot> publish();
    /// What the front end asked for at this step border. @return false: stop
    bool obey();
    /// @return how the run ended after all: a stop may come in the last evaluation
    [[nodiscard]] RunOutcome finish(RunOutcome outcome);
    void log(const Message& text);
    /// Runs @p write, which writes into the run's folder; without one it does nothing. Where the disk refuses, the run
    /// is held until somebody has made room, and it is tried again. Nobody there, or given up, which is asked once: an
    /// error that begins with @p what and ends with how to go on from the last checkpoint.
    void persist(const Message& what, const std::function<void()>& write);
    [[nodiscard]] bool due(std::int64_t interval) const;

    RunContext& m_context;
    RunControl& m_control;
    RunEdits m_edits;
    DivergenceGuard m_guard;
    std::int64_t m_step = 0; ///< optimizer steps done
    DataPosition m_position; ///< after the batch of the last of them; the batcher may be ahead of it
    Prefetcher m_ahead;
    std::int64_t m_evaluatedAt = -1;
    std::int64_t m_savedAt = -1;
    std::int64_t m_momentEvery = 0; ///< steps between moments of replay.bin; 0: it gets none
    bool m_keepsReplay = true;
    bool m_givenUp = false; ///< nobody makes room: what is saved on the way out is tried once
    std::chrono::steady_clock::time_point m_start = std::chrono::steady_clock::now();
};

} // namespace spectune
