// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/PlotAxes.h"

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

constexpr std::int64_t leastSteps = 100;
constexpr std::int64_t rescaleMilliseconds = 2000;
constexpr int stepIntervals = 6;
constexpr double overTop = 4.0; // px that a level's text may reach beyond the plot

/// Whether a run has only begun: its loss may fall out of an axis that is fitted to it before that is fitted again.
bool isYoung(const RunCurves& curves)
{
    constexpr std::int64_t youngSteps = 200;
    return curves.lastStep() < std::min(youngSteps, curves.plan().totalSteps / 10);
}

AxisBounds stepAxis(double low, double high)
{
    return {low, high, stepTicks(low, high, stepIntervals)};
}

} // namespace

AxisBounds wholeRunAxis(const PlotPlan& plan, std::int64_t now)
{
    return stepAxis(0.0, static_cast<double>(std::max({plan.totalSteps, now, std::int64_t {1}})));
}

AxisBounds soFarAxis(const PlotPlan& plan, std::int64_t now)
{
    const std::int64_t grain = now < 400 ? 50 : now < 4000 ? 500 : 5000;
    std::int64_t end = std::max(leastSteps, (now * 9 / 8 + grain - 1) / grain * grain);
    if (plan.totalSteps > 0) {
        end = std::min(end, std::max(plan.totalSteps, now));
    }
    return stepAxis(0.0, static_cast<double>(end));
}

AxisBounds lastAxis(const PlotPlan& plan, std::int64_t now, std::int64_t steps)
{
    const std::int64_t last = (std::max(now, steps) + 24) / 25 * 25;
    std::int64_t end = last + steps / 3; // free ground beside the now line, where the figures stand
    if (plan.totalSteps > 0) {
        end = std::min(end, std::max({plan.totalSteps, now, std::int64_t {1}}));
    }
    return stepAxis(
        static_cast<double>(std::max<std::int64_t>(0, std::min(last, end) - steps)), static_cast<double>(end));
}

AxisBounds lossAxis(const RunCurves& curves, double from, double to, int columns)
{
    std::vector<double> lows;
    std::vector<double> highs;
    double low = INFINITY;
    double high = -INFINITY;
    for (const ColumnSpan& span : curves.loss().decimate(from, to, columns)) {
        lows.push_back(span.low);
        highs.push_back(span.high);
    }
    for (const ColumnSpan& span : curves.smooth().decimate(from, to, columns)) {
        low = std::min(low, span.low);
        high = std::max(high, span.high);
    }
    for (const QPointF& evaluation : curves.evaluations()) {
        if (evaluation.x() >= from && evaluation.x() <= to && std::isfinite(evaluation.y())) {
            low = std::min(low, evaluation.y());
            high = std::max(high, evaluation.y());
        }
    }
    if (lows.empty() || !(low <= high)) {
        return {0.0, 1.0, {}};
    }
    low = std::min(low, percentile(lows, 0.02));
    high = std::max(high, percentile(highs, 0.98));
    const double reach = std::max({high - low, std::abs(high) * 0.02, 1e-6});
    const double grain = reach / 20.0;
    AxisBounds bounds;
    bounds.low = std::floor((low - reach * 0.06) / grain) * grain;
    bounds.high = high + reach * 0.05;
    bounds.low = low >= 0.0 ? std::max(0.0, bounds.low) : bounds.low;
    if (low >= 0.0 && isYoung(curves))
        bounds.low = 0.0;
    bounds.ticks = niceTicks(bounds.low, bounds.high, 5);
    return bounds;
}

void PositiveRange::take(double value)
{
    if (value > 0.0 && std::isfinite(value)) {
        m_low = std::min(m_low, value);
        m_high = std::max(m_high, value);
    }
}

void PositiveRange::take(
    const CurveSeries& loss, std::span<const QPointF> evaluations, double from, double to, int columns)
{
    for (const ColumnSpan& span : loss.decimate(from, to, columns)) {
        take(span.low);
        take(span.high);
    }
    for (const QPointF& evaluation : evaluations) {
        if (evaluation.x() >= from && evaluation.x() <= to) {
            take(evaluation.y());
        }
    }
}

AxisBounds PositiveRange::lossBounds() const
{
    if (isEmpty()) {
        return {0.01, 1.0, {}};
    }
    const double room = std::max(1.1, std::pow(m_high / m_low, 0.06));
    return chosenValues(m_low / room, m_high * room, true);
}

AxisBounds lossLogAxis(const RunCurves& curves, double from, double to, int columns)
{
    PositiveRange range;
    range.take(curves.loss(), curves.evaluations(), from, to, columns);
    return range.lossBounds();
}

AxisBounds chosenSteps(double low, double high)
{
    return stepAxis(low, high);
}

AxisBounds chosenValues(double low, double high, bool logarithmic)
{
    return {low, high, logarithmic ? logTicks(low, high) : niceTicks(low, high, 5)};
}

AxisBounds orthAxis(const RunCurves& curves, double from, double to, int columns)
{
    const double gamma = curves.plan().gamma > 0.0 ? curves.plan().gamma : 1.0;
    double low = INFINITY;
    double high = 0.0;
    for (const ColumnSpan& span : curves.orth().decimate(from, to, columns)) {
        if (span.high > 0.0) {
            low = std::min(low, span.low > 0.0 ? span.low : span.high);
            high = std::max(high, span.high);
        }
    }
    if (!(high > 0.0)) {
        return {0.001, 1.0, {}};
    }
    const double room = std::max(1.35, std::pow(high / low, 0.08));
    AxisBounds bounds {low * gamma / room, high * gamma * room, {}};
    bounds.ticks = logTicks(bounds.low, bounds.high);
    return bounds;
}

AxisBounds budgetAxis(const PlotPlan& plan)
{
    const auto first = static_cast<double>(plan.initialBudget);
    const auto last = static_cast<double>(plan.targetBudget);
    if (first <= 0.0) {
        return {0.0, 1.0, {}};
    }
    if (!plan.prunes()) {
        return {0.0, first * 1.2, {0.0, first}};
    }
    const double fall = first - last;
    return {std::max(0.0, last - 0.35 * fall), first + 0.22 * fall, {last, std::round((first + last) / 2.0), first}};
}

std::vector<TickPlace> standingApart(const std::vector<TickPlace>& places, double gap)
{
    std::vector<TickPlace> standing;
    for (auto place = places.rbegin(); place != places.rend(); ++place)
        if (standing.empty() || place->left + place->width + gap <= standing.back().left)
            standing.push_back(*place);
    return standing;
}

std::vector<TickPlace> standingLevels(
    const std::vector<double>& ticks, const std::function<double(double)>& yOf, double top)
{
    std::vector<TickPlace> places; // from top to bottom
    for (auto tick = ticks.rbegin(); tick != ticks.rend(); ++tick) {
        const double above = yOf(*tick) - levelHeight / 2.0;
        if (above >= top - overTop)
            places.push_back({*tick, above, levelHeight});
    }
    return standingApart(places, 0.0);
}

bool RescaleGate::allows(std::int64_t now, bool pointerInside, bool forced)
{
    if (!forced && (pointerInside || now - m_last < rescaleMilliseconds)) {
        return false;
    }
    m_last = now;
    return true;
}

std::int64_t RescaleGate::wait(std::int64_t now) const
{
    return std::max<std::int64_t>(0, m_last + rescaleMilliseconds - now);
}

} // namespace spectune
