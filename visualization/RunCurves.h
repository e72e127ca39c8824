// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/monitor/RunHistory.h"
#include "visualization/CurveMath.h"
#include "visualization/PlotPlan.h"

#include <QPointF>
#include <QString>
#include <QStringList>

#include <cstdint>
#include <span>
#include <vector>

namespace spectune {

/// The losses of a run as they were when somebody asked for other smoothing: what a worker needs.
struct LossesToSmooth {
    CurveSeries loss;
    double weight = Smoother::usualWeight; ///< see Smoother
    std::uint64_t past = 0; ///< RunCurves' own
};

/// What became of them.
struct SmoothedLosses {
    CurveSeries smooth;
    Smoother smoother; ///< as after the last value
    std::uint64_t past = 0;
};

/// Costs all points; any thread.
[[nodiscard]] SmoothedLosses smoothed(const LossesToSmooth& losses);

/// The values of Live's three plots, without any widget: task loss raw and smoothed, evaluations, γR, kept triplets.
/// A copy shares the points.
class RunCurves {
public:
    void setPlan(const PlotPlan& plan); ///< keeps the values
    void clear();
    /// Points of steps that were there already take their place (a resumed run).
    void append(std::span<const MetricPoint> points);
    void append(const EvalPoint& point);
    /// The staircase as the events tell it: a plan that was edited on the way does not know where they were. Without
    /// events it stays as the points and the plan have it.
    void setEvents(std::span<const MaskEvent> events);
    /// All values anew.
    void setHistory(const RunHistory& history);
    /// Takes the place of all values and of the plan, as clear() and points that follow it would.
    void takeAll(RunCurves&& curves);
    /// Smooths all points anew. @param weight see Smoother
    void setSmoothing(double weight);
    /// The same in two parts, so that a worker does what costs all points.
    /// @param weight see Smoother
    [[nodiscard]] LossesToSmooth lossesToSmooth(double weight) const { return {m_loss, weight, m_past}; }
    /// Takes the place of the smoothed curve; points that came meanwhile follow. @return false: points were taken back
    /// meanwhile, and nothing changes
    [[nodiscard]] bool take(SmoothedLosses&& losses);
    [[nodiscard]] double smoothing() const noexcept { return m_smoother.weight(); }

    [[nodiscard]] const PlotPlan& plan() const noexcept { return m_plan; }
    [[nodiscard]] const CurveSeries& loss() const noexcept { return m_loss; }
    [[nodiscard]] const CurveSeries& smooth() const noexcept { return m_smooth; }
    [[nodiscard]] const CurveSeries& orth() const noexcept { return m_orth; } ///< R; γ is in the plan
    [[nodiscard]] const std::vector<QPointF>& evaluations() const noexcept { return m_evaluations; }
    /// Corners of the staircase of kept triplets: it falls at masking events only.
    [[nodiscard]] const std::vector<QPointF>& kept() const noexcept { return m_kept; }
    [[nodiscard]] std::int64_t lastStep() const; ///< 0: none
    [[nodiscard]] double keptAt(double step) const; ///< NaN: none
    /// The last evaluation at or before @p step; NaN: none.
    [[nodiscard]] double evaluationAt(double step) const;
    /// A line per step: step, loss, its smoothed value, R, kept triplets, evaluation loss where there is one.
    [[nodiscard]] QString toCsv() const;

private:
    void addKept(const MetricPoint& point);
    void addCorner(double x, double budget);

    PlotPlan m_plan;
    CurveSeries m_loss;
    CurveSeries m_smooth;
    CurveSeries m_orth;
    Smoother m_smoother;
    std::uint64_t m_past = 0; ///< grows whenever points are taken back
    std::vector<QPointF> m_evaluations;
    std::vector<QPointF> m_kept;
};

} // namespace spectune
