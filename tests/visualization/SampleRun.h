// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/monitor/RankSnapshot.h"
#include "training/monitor/RunHistory.h"
#include "visualization/PlotPlan.h"

#include <memory>

namespace spectune::test {

/// A made-up run that looks like one: the same numbers on every machine.
struct SampleRun {
    int layers = 22;
    int kinds = 7; ///< up to 16; 7 are a Llama block's
    int initRank = 12;
    double targetRank = 6.0;
    std::int64_t totalSteps = 2000;
    std::int64_t ti = 160;
    std::int64_t finalSteps = 300;
    std::int64_t interval = 20;
    std::int64_t now = 1106;
    int evalEvery = 100;
    double startLoss = 1.46;

    [[nodiscard]] std::shared_ptr<const ModuleLayout> layout() const;
    [[nodiscard]] PlotPlan plan() const;
    /// After @p step steps. Kept triplets are exactly b(t).
    [[nodiscard]] std::shared_ptr<const RankSnapshot> snapshot(std::int64_t step) const;
    [[nodiscard]] RunHistory history() const;
    [[nodiscard]] std::int64_t budgetAt(std::int64_t t) const;

private:
    /// S of one triplet around the masking event at step @p t.
    [[nodiscard]] double score(int layer, int kind, int triplet, std::int64_t t) const;
    [[nodiscard]] std::vector<double> scores(std::int64_t t) const;
    [[nodiscard]] std::vector<char> keptAt(std::int64_t t, double& threshold) const;
};

} // namespace spectune::test
