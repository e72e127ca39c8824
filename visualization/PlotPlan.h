// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>

#include <cstdint>
#include <vector>

namespace spectune {

/// What is known of a run before its first step: its phases and the budget's course. Steps are 0-based as in b(t).
struct PlotPlan {
    std::int64_t totalSteps = 0; ///< T; 0: nothing is known yet
    std::int64_t ti = 0; ///< the cubic phase begins after this step
    std::int64_t finalStart = 0; ///< T − tf: the last masking event
    double gamma = 0.0; ///< γ: the plots show γR
    std::int64_t interval = 1; ///< ΔT
    std::int64_t initialBudget = 0; ///< b0, triplets
    std::int64_t targetBudget = 0; ///< bT, triplets
    std::vector<QPointF> budgetCurve {}; ///< (t, b(t)), enough points to draw it
    std::int64_t matrices = 0; ///< adapted ones; 0: unknown
    int initRank = 0; ///< of every matrix, of the largest with a rank map; 0: unknown
    bool hasRankMap = false; ///< matrices keep ranks of their own
    double targetRank = 0.0; ///< mean rank at the end; 0: unknown

    /// Whether ranks change at all in this run (LoRA and SVD-LoRA have one fixed budget).
    [[nodiscard]] bool prunes() const noexcept { return targetBudget < initialBudget; }
    /// How many masking events are planned: at t mod ΔT = 0 in ti < t < T − tf, and at t = T − tf. None of them is
    /// stored: a plan may have a million million steps, as somebody types them.
    [[nodiscard]] std::int64_t eventCount() const noexcept;
    /// Steps done (t + 1) at the planned event @p index. @pre 0 <= index < eventCount()
    [[nodiscard]] std::int64_t eventAt(std::int64_t index) const noexcept;
    [[nodiscard]] std::int64_t eventsUntil(
        std::int64_t step) const noexcept; ///< planned ones with that many steps done
    /// The planned events that can be drawn: steps done at the first one, and at each that is at least @p steps behind.
    [[nodiscard]] std::vector<std::int64_t> eventsApart(double steps) const;
    /// b(t) read off budgetCurve, between its points on the straight line.
    [[nodiscard]] double budgetAt(double t) const;

private:
    [[nodiscard]] std::int64_t firstMasking() const noexcept { return (ti / interval + 1) * interval; } ///< t
    [[nodiscard]] std::int64_t regularCount() const noexcept; ///< without that of T − tf
};

} // namespace spectune
