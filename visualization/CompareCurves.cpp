// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/CompareCurves.h"

#include "visualization/CsvNumber.h"
#include "visualization/NumberFormat.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace spectune {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr int xIntervals = 6;

/// Where each point of a run lies on the axis; never falling.
std::vector<double> places(const std::vector<MetricPoint>& metrics, CompareAxis axis)
{
    std::vector<double> x;
    x.reserve(metrics.size());
    double tokens = 0.0;
    for (const MetricPoint& point : metrics) {
        tokens += static_cast<double>(point.tokens);
        const double place = axis == CompareAxis::Step ? static_cast<double>(point.step)
            : axis == CompareAxis::Tokens              ? tokens
                                                       : point.seconds;
        const double last = x.empty() ? 0.0 : x.back();
        x.push_back(std::isfinite(place) ? std::max(place, last) : last);
    }
    return x;
}

CurveSeries smoothedOf(const CurveSeries& raw, double weight, CompareValue value)
{
    if (!isNoisy(value))
        return raw;
    Smoother smoother(weight);
    return smoothed(raw, smoother);
}

} // namespace

ComparedCurve comparedCurve(const RunHistory& history, CompareAxis axis, double weight, CompareValue value)
{
    ComparedCurve curve;
    const std::vector<MetricPoint>& metrics = history.metrics;
    const std::vector<double> x = places(metrics, axis);
    for (std::size_t i = 0; i < x.size(); ++i)
        curve.raw.append(x[i], compareNumber(value, metrics[i]));
    curve.smooth = smoothedOf(curve.raw, weight, value);
    if (value != CompareValue::TaskLoss)
        return curve;
    for (const EvalPoint& point : history.evaluations) {
        const auto after = std::upper_bound(metrics.begin(), metrics.end(), point.step,
            [](std::int64_t step, const MetricPoint& metric) { return step < metric.step; });
        const auto index = static_cast<std::size_t>(after - metrics.begin());
        curve.evaluations.emplace_back(index == 0 ? 0.0 : x[index - 1], point.evalLoss);
    }
    return curve;
}

void CompareCurves::clear()
{
    m_sources.clear();
    m_curves.clear();
}

void CompareCurves::add(const QString& name, std::shared_ptr<const RunHistory> history)
{
    if (!history)
        history = std::make_shared<const RunHistory>();
    ComparedCurve curve = comparedCurve(*history, m_axis, m_smoothing, m_value);
    add(name, std::move(history), std::move(curve));
}

void CompareCurves::add(const QString& name, std::shared_ptr<const RunHistory> history, ComparedCurve curve)
{
    m_sources.push_back({name, std::move(history)});
    m_curves.push_back(std::move(curve));
}

void CompareCurves::setAxis(CompareAxis axis)
{
    if (m_axis == axis)
        return;
    m_axis = axis;
    rebuild();
}

void CompareCurves::setValue(CompareValue value)
{
    if (m_value == value)
        return;
    m_value = value;
    rebuild();
}

void CompareCurves::rebuild()
{
    for (std::size_t run = 0; run < m_sources.size(); ++run)
        m_curves[run] = comparedCurve(*m_sources[run].history, m_axis, m_smoothing, m_value);
}

void CompareCurves::setSmoothing(double weight)
{
    if (m_smoothing == weight)
        return;
    m_smoothing = weight;
    for (ComparedCurve& curve : m_curves)
        curve.smooth = smoothedOf(curve.raw, weight, m_value);
}

std::size_t CompareCurves::points() const
{
    std::size_t sum = 0;
    for (const ComparedCurve& curve : m_curves)
        sum += curve.raw.size();
    return sum;
}

bool CompareCurves::isEmpty() const
{
    return std::ranges::all_of(
        m_curves, [](const ComparedCurve& curve) { return curve.raw.isEmpty() && curve.evaluations.empty(); });
}

AxisBounds CompareCurves::xBounds() const
{
    double end = isEmpty() ? 100.0 : 1.0;
    for (const ComparedCurve& curve : m_curves)
        end = std::max(end, curve.end());
    return {0.0, end, stepTicks(0.0, end, xIntervals)};
}

AxisBounds CompareCurves::lossBounds(double from, double to, int columns) const
{
    std::vector<double> raw;
    double low = INFINITY;
    double high = -INFINITY;
    const auto take = [&](double value) {
        low = std::min(low, value);
        high = std::max(high, value);
    };
    for (const ComparedCurve& curve : m_curves) {
        for (const ColumnSpan& span : curve.raw.decimate(from, to, columns)) {
            raw.push_back(span.low);
            raw.push_back(span.high);
        }
        for (const ColumnSpan& span : curve.smooth.decimate(from, to, columns)) {
            take(span.low);
            take(span.high);
        }
        for (const QPointF& point : curve.evaluations)
            if (point.x() >= from && point.x() <= to && std::isfinite(point.y()))
                take(point.y());
    }
    if (raw.empty())
        return {0.0, 1.0, {}};
    take(percentile(raw, 0.02));
    take(percentile(raw, 0.98));
    const double reach = std::max({high - low, std::abs(high) * 0.02, 1e-6});
    AxisBounds bounds {low - 0.05 * reach, high + 0.05 * reach, {}};
    bounds.low = low >= 0.0 ? std::max(0.0, bounds.low) : bounds.low;
    bounds.ticks = niceTicks(bounds.low, bounds.high, 6);
    return bounds;
}

AxisBounds CompareCurves::lossLogBounds(double from, double to, int columns) const
{
    PositiveRange range;
    for (const ComparedCurve& curve : m_curves)
        range.take(curve.raw, curve.evaluations, from, to, columns);
    return range.lossBounds();
}

std::vector<CrosshairValue> CompareCurves::valuesAt(double x) const
{
    std::vector<CrosshairValue> values;
    for (const ComparedCurve& curve : m_curves) {
        CrosshairValue value {nan, nan, nan};
        if (!curve.raw.isEmpty() && x <= curve.end()) {
            value.raw = curve.raw.valueAt(x);
            value.smooth = curve.smooth.valueAt(x);
            for (const QPointF& point : curve.evaluations)
                if (point.x() <= x)
                    value.eval = point.y();
        }
        values.push_back(value);
    }
    return values;
}

QString CompareCurves::axisText(double x) const
{
    switch (m_axis) {
    case CompareAxis::Step:
        return QCoreApplication::translate("CompareCurves", "step %1").arg(formatCount(std::llround(x)));
    case CompareAxis::Tokens:
        return QCoreApplication::translate("CompareCurves", "%1 tokens").arg(formatCount(std::llround(x)));
    case CompareAxis::Time: return formatDuration(x);
    }
    return {};
}

QString CompareCurves::csv() const
{
    const bool loss = m_value == CompareValue::TaskLoss;
    const bool noisy = isNoisy(m_value);
    const QString key = compareKey(m_value);
    QStringList head {
        QStringLiteral("run"), QStringLiteral("step"), QStringLiteral("tokens"), QStringLiteral("seconds"), key};
    if (noisy)
        head << key + QStringLiteral("_smoothed");
    if (loss)
        head << QStringLiteral("eval_loss");
    QString text = head.join(QLatin1Char(',')) + QLatin1Char('\n');
    for (std::size_t run = 0; run < m_sources.size(); ++run) {
        const Source& source = m_sources[run];
        const std::vector<MetricPoint>& metrics = source.history->metrics;
        const std::vector<EvalPoint>& evaluations = source.history->evaluations;
        const ComparedCurve& curve = m_curves[run];
        std::int64_t tokens = 0;
        std::size_t next = 0;
        for (std::size_t i = 0; i < metrics.size(); ++i) {
            const MetricPoint& point = metrics[i];
            tokens += point.tokens;
            while (next < evaluations.size() && evaluations[next].step < point.step)
                ++next;
            const bool evaluated = next < evaluations.size() && evaluations[next].step == point.step;
            QStringList cells {csvText(source.name), QString::number(point.step), QString::number(tokens),
                csvNumber(point.seconds), csvNumber(curve.raw.y()[i])};
            if (noisy)
                cells << csvNumber(curve.smooth.y()[i]);
            if (loss)
                cells << (evaluated ? csvNumber(evaluations[next].evalLoss) : QString());
            text += cells.join(QLatin1Char(',')) + QLatin1Char('\n');
        }
    }
    return text;
}

std::vector<double> spreadLabels(const std::vector<double>& wanted, double height, double top, double bottom)
{
    std::vector<std::size_t> order(wanted.size());
    std::iota(order.begin(), order.end(), std::size_t {0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return wanted[a] < wanted[b]; });
    std::vector<double> placed(wanted.size());
    double least = top + height / 2.0;
    for (const std::size_t index : order) {
        placed[index] = std::max(wanted[index], least);
        least = placed[index] + height;
    }
    double most = bottom - height / 2.0; // what was pushed beyond the bottom pushes the others up
    for (auto place = order.rbegin(); place != order.rend(); ++place) {
        placed[*place] = std::min(placed[*place], most);
        most = placed[*place] - height;
    }
    return placed;
}

} // namespace spectune
