// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/monitor/RunHistory.h"
#include "visualization/CompareValue.h"
#include "visualization/CurveMath.h"
#include "visualization/PlotAxes.h"

#include <QPointF>
#include <QString>

#include <memory>
#include <vector>

namespace spectune {

/// What the curves of compared runs are drawn over.
enum class CompareAxis { Step, Tokens, Time };

/// One value of a run, raw and smoothed, over one axis. A copy shares the numbers.
struct ComparedCurve {
    CurveSeries raw;
    CurveSeries smooth; ///< the raw one where the value is not noisy
    std::vector<QPointF> evaluations; ///< of the task loss alone

    [[nodiscard]] double end() const { return raw.isEmpty() ? 0.0 : raw.x().back(); }
};

/// Costs all of the run's points; any thread. @param weight see Smoother
[[nodiscard]] ComparedCurve comparedCurve(const RunHistory& history, CompareAxis axis = CompareAxis::Step,
    double weight = Smoother::usualWeight, CompareValue value = CompareValue::TaskLoss);

/// Values of one run where the crosshair stands; NaN: the run does not reach there, or has not evaluated yet.
struct CrosshairValue {
    double raw = 0.0;
    double smooth = 0.0;
    double eval = 0.0; ///< of the last evaluation at or before
};

/// The values of the comparison's plot, without any widget. A is the first run. A copy is cheap and may be changed by
/// another thread.
class CompareCurves {
public:
    void clear();
    /// @param history null: not read yet, an empty curve
    void add(const QString& name, std::shared_ptr<const RunHistory> history);
    /// @param curve comparedCurve() of @p history, of value() over axis(), with smoothing(): costs nothing
    void add(const QString& name, std::shared_ptr<const RunHistory> history, ComparedCurve curve);
    void setAxis(CompareAxis axis);
    void setValue(CompareValue value);
    /// @param weight of the smoothed curves' Smoother, 0 (the raw values) … below 1
    void setSmoothing(double weight);

    [[nodiscard]] double smoothing() const noexcept { return m_smoothing; }
    [[nodiscard]] CompareAxis axis() const noexcept { return m_axis; }
    [[nodiscard]] CompareValue value() const noexcept { return m_value; }
    [[nodiscard]] const std::vector<ComparedCurve>& curves() const noexcept { return m_curves; }
    [[nodiscard]] const QString& nameOf(std::size_t run) const { return m_sources.at(run).name; }
    [[nodiscard]] std::size_t points() const; ///< of all runs: what another axis or smoothing costs
    /// No run, or none with a step or an evaluation.
    [[nodiscard]] bool isEmpty() const;
    [[nodiscard]] AxisBounds xBounds() const; ///< from 0 to the longest run's end, to 100 where isEmpty()
    /// Holds the smoothed curves, the evaluations and 96 % of the raw values between @p from and @p to.
    [[nodiscard]] AxisBounds lossBounds(double from, double to, int columns) const;
    /// The same for a logarithmic axis; values that are not positive have no place on it.
    [[nodiscard]] AxisBounds lossLogBounds(double from, double to, int columns) const;
    [[nodiscard]] std::vector<CrosshairValue> valuesAt(double x) const; ///< one per run
    [[nodiscard]] QString axisText(double x) const; ///< "step 1,240", "51,200 tokens", "8 min 38 s"
    /// Comma-separated, in full precision: run, step, tokens, seconds, loss, loss_smoothed, eval_loss; another value
    /// has its own columns instead.
    [[nodiscard]] QString csv() const;

private:
    struct Source {
        QString name;
        std::shared_ptr<const RunHistory> history; ///< never null
    };

    void rebuild();

    CompareAxis m_axis = CompareAxis::Step;
    CompareValue m_value = CompareValue::TaskLoss;
    double m_smoothing = Smoother::usualWeight;
    std::vector<Source> m_sources;
    std::vector<ComparedCurve> m_curves; ///< by source
};

/// Moves labels apart that want to stand at @p wanted (their centres, in pixels), so that neighbours are @p height
/// apart and all lie within [top, bottom]; keeps their order. @return the centres, in the order given
[[nodiscard]] std::vector<double> spreadLabels(
    const std::vector<double>& wanted, double height, double top, double bottom);

} // namespace spectune
