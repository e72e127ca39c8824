// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/RunCurves.h"

#include <QPointF>

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

namespace spectune {

/// Where one axis begins and ends, and its ticks.
struct AxisBounds {
    double low = 0.0;
    double high = 1.0;
    std::vector<double> ticks;

    [[nodiscard]] bool holds(double from, double to) const { return from >= low && to <= high; }
};

/// The positive values among those that it is given: what a logarithmic axis has a place for.
class PositiveRange {
public:
    void take(double value);
    /// What a curve and its evaluations have between @p from and @p to.
    void take(const CurveSeries& loss, std::span<const QPointF> evaluations, double from, double to, int columns);
    [[nodiscard]] bool isEmpty() const { return !(m_high > 0.0); }
    [[nodiscard]] double low() const { return m_low; }
    [[nodiscard]] double high() const { return m_high; }
    /// An axis of losses: the range with room above and below; no ticks where it is empty.
    [[nodiscard]] AxisBounds lossBounds() const;

private:
    double m_low = std::numeric_limits<double>::infinity();
    double m_high = 0.0;
};

/// Axis of steps from @p from to @p to that leaves room for growth, so that it need not move with every step.
[[nodiscard]] AxisBounds wholeRunAxis(const PlotPlan& plan, std::int64_t now);
[[nodiscard]] AxisBounds soFarAxis(const PlotPlan& plan, std::int64_t now); ///< at least 100 steps
[[nodiscard]] AxisBounds lastAxis(const PlotPlan& plan, std::int64_t now, std::int64_t steps);

/// Holds the smoothed curve, the evaluations and all but the rarest raw values of [from, to]. It starts at 0 while a
/// run is young (its first 200 steps or its first tenth), later not always.
[[nodiscard]] AxisBounds lossAxis(const RunCurves& curves, double from, double to, int columns);
/// The same for a logarithmic axis; values that are not positive have no place on it.
[[nodiscard]] AxisBounds lossLogAxis(const RunCurves& curves, double from, double to, int columns);
/// What a user chose to see, with ticks.
[[nodiscard]] AxisBounds chosenSteps(double low, double high);
[[nodiscard]] AxisBounds chosenValues(double low, double high, bool logarithmic);
/// Logarithmic; of γR (of R where γ is 0). No ticks: nothing positive is there.
[[nodiscard]] AxisBounds orthAxis(const RunCurves& curves, double from, double to, int columns);
[[nodiscard]] AxisBounds budgetAxis(const PlotPlan& plan);

/// Where a tick's text stands along its axis, px.
struct TickPlace {
    double tick = 0.0;
    double left = 0.0;
    double width = 0.0;
};
/// Those of @p places (ascending) whose texts leave each other room, the last one first of all.
/// @param gap the least between two texts, px
[[nodiscard]] std::vector<TickPlace> standingApart(const std::vector<TickPlace>& places, double gap = 8.0);
constexpr double levelHeight = 16.0; ///< px, of a text beside an upright axis
/// Which of the ticks (ascending) of an upright axis get a text, the lowest first: none meets the one below it, none
/// the title above the plot. left is the text's top here, and width its height.
/// @param yOf pixels  @param top of the plot, px
[[nodiscard]] std::vector<TickPlace> standingLevels(
    const std::vector<double>& ticks, const std::function<double(double)>& yOf, double top);

/// Lets axes change at most once in two seconds, and never while the pointer is inside.
class RescaleGate {
public:
    /// @param now milliseconds on any steady clock  @param forced a user's own change: always
    [[nodiscard]] bool allows(std::int64_t now, bool pointerInside, bool forced);
    /// Milliseconds from @p now until it opens; 0: it is open.
    [[nodiscard]] std::int64_t wait(std::int64_t now) const;

private:
    std::int64_t m_last = -10000;
};

/// Where the pointer went down in the loss plot, and the axes then.
struct PlotGrab {
    QPointF at;
    AxisBounds steps;
    AxisBounds loss;
    bool dragged = false;
};

} // namespace spectune
