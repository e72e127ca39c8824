// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/PlotPlan.h"

#include <QPointF>
#include <QRectF>
#include <QSizeF>

#include <cstdint>
#include <optional>
#include <vector>

namespace spectune {

/// What a handle of the budget editor moves.
enum class BudgetHandle { InitRank, TargetRank, WarmUpEnd, FinalStart, Interval, TotalSteps };

/// Up and down; the others stand for steps and move sideways.
[[nodiscard]] constexpr bool movesRank(BudgetHandle handle)
{
    return handle == BudgetHandle::InitRank || handle == BudgetHandle::TargetRank;
}

/// The values that b(t) is drawn from. What is not given is derived, and gives way to what is.
struct BudgetValues {
    std::int64_t totalSteps = 0; ///< T
    std::int64_t ti = 0; ///< last step of the warm-up
    std::int64_t finalStart = 0; ///< T − tf
    std::int64_t interval = 1; ///< ΔT
    int initRank = 0;
    double targetRank = 0.0; ///< mean over the matrices
    std::int64_t matrices = 0; ///< adapted ones; 0: not known
    std::int64_t largestRank = 0; ///< the smallest matrix's smaller side; 0: not known
    bool initGiven = true;
    bool tiGiven = true;
    bool tfGiven = true;

    /// Of a plan that knows all of it; everything counts as given.
    [[nodiscard]] static BudgetValues of(const PlotPlan& plan);
    [[nodiscard]] double at(BudgetHandle handle) const;
};

/// Both ends belong to it.
struct BudgetRange {
    double least = 0.0;
    double most = 0.0;
    [[nodiscard]] bool holds(double value) const { return value >= least && value <= most; }
};

/// The scales of the plot while a handle is dragged: they must not move below the pointer.
struct BudgetHold {
    double topRank = 1.0; ///< at the plot's upper edge
    double lastStep = 1.0; ///< at the plot's right edge
    int intervals = 1; ///< of ΔT between the end of the warm-up and ΔT's handle
};

/// Where the budget editor's curve and handles stand and what a place means: values → pixels → values. Logical pixels.
struct BudgetGeometry {
    QRectF ground; ///< of the plot
    BudgetValues values;
    BudgetHold scales;

    /// @param held the scales that a drag began with; without one they follow from the values
    [[nodiscard]] static BudgetGeometry compute(
        const QSizeF& size, const BudgetValues& values, const std::optional<BudgetHold>& held = {});

    [[nodiscard]] double xOf(double step) const;
    [[nodiscard]] double yOf(double rank) const;
    [[nodiscard]] double yOfBudget(double triplets) const; ///< of all matrices together
    [[nodiscard]] double stepAt(double x) const;
    [[nodiscard]] double rankAt(double y) const; ///< above the plot it goes on, so that a drag can leave the axis
    [[nodiscard]] QRectF run() const; ///< the ground from step 0 to T, as far as it is inside the plot
    [[nodiscard]] QRectF cubicPart() const; ///< the ground between ti and T − tf, inside run(); empty: there is none

    [[nodiscard]] QPointF handle(BudgetHandle handle) const;
    /// The value that brings the handle's centre to @p centre, whole, inside what its field takes (ranks from 1, steps
    /// of the run) but not always possible beside the other values.
    [[nodiscard]] std::int64_t valueAt(BudgetHandle handle, QPointF centre) const;

    /// What the handle's value may be beside the others: target < init ≤ the smallest side, ti < T − tf < T, 1 ≤ ΔT.
    [[nodiscard]] BudgetRange possible(BudgetHandle handle) const;
    /// The first handle whose value is impossible beside the others; of two that exclude each other @p moved, if it is
    /// one, but of ti and a final phase that alone outlasts the run always the latter.
    [[nodiscard]] std::optional<BudgetHandle> fault(std::optional<BudgetHandle> moved = {}) const;
    /// Parts of the plot in which the handle's value would be impossible.
    [[nodiscard]] std::vector<QRectF> impossible(BudgetHandle handle) const;

private:
    [[nodiscard]] double xOfValue(BudgetHandle handle, double value) const; ///< of the handles that move sideways
};

} // namespace spectune
