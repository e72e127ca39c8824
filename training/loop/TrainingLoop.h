// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/loop/RunContext.h"

#include <chrono>
#include <deque>

namespace spectune {

/// Tells a run that has diverged from one that merely stumbles: too many steps in a row that had to be skipped, or a
/// loss that stays far above what guessing gives.
class DivergenceGuard {
public:
    /// @param vocabulary of the model: guessing evenly costs ln(vocabulary)
    explicit DivergenceGuard(std::int64_t vocabulary);
    /// @throws Error (Diverged)
    void check(std::int64_t step, const StepResult& result);

private:
    static constexpr int patience = 10; ///< steps in a row
    double m_guessing;
    double m_limit = 0.0; ///< a loss above it counts; from the first finite loss
    int m_skipped = 0;
    int m_high = 0;
};

/// The order around the optimizer steps: report, evaluate, save, show, ask.
class TrainingLoop {
public:
    TrainingLoop(RunContext& context, RunControl& control);

    /// @throws Error (all kinds); what was saved before stays
    RunOutcome run();

private:
    void train();
    /// Keeps what the failed step left untouched. Never throws: the failure itself is what must be told.
    void saveAfterFailure(std::int64_t stepBefore, const DataPosition& before);
    void report(const StepResult& result);
    void evaluate();
    void save();
    void publish();
    /// What the front end asked for at this step border. @return false: stop
    bool obey();
    void finish(RunOutcome outcome);
    void log(const std::string& text);
    [[nodiscard]] bool due(std::int64_t interval) const;

    RunContext& m_context;
    RunControl& m_control;
    DivergenceGuard m_guard;
    std::int64_t m_step = 0; ///< optimizer steps done
    std::int64_t m_evaluatedAt = -1;
    std::int64_t m_savedAt = -1;
    std::chrono::steady_clock::time_point m_start = std::chrono::steady_clock::now();
};

} // namespace spectune
