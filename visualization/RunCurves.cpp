// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/RunCurves.h"

#include "visualization/CsvNumber.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

namespace spectune {

namespace {

/// The value of the last of @p points (ascending) at or before @p step; NaN: none.
double lastAt(const std::vector<QPointF>& points, double step)
{
    const auto after = std::upper_bound(
        points.begin(), points.end(), step, [](double x, const QPointF& point) { return x < point.x(); });
    return after == points.begin() ? std::numeric_limits<double>::quiet_NaN() : std::prev(after)->y();
}

} // namespace

SmoothedLosses smoothed(const LossesToSmooth& losses)
{
    SmoothedLosses result {{}, Smoother(losses.weight), losses.past};
    result.smooth = smoothed(losses.loss, result.smoother);
    return result;
}

void RunCurves::setPlan(const PlotPlan& plan)
{
    m_plan = plan;
}

void RunCurves::clear()
{
    m_loss.clear();
    m_smooth.clear();
    m_orth.clear();
    m_smoother.reset();
    ++m_past;
    m_evaluations.clear();
    m_kept.clear();
}

void RunCurves::append(std::span<const MetricPoint> points)
{
    for (const MetricPoint& point : points) {
        const auto x = static_cast<double>(point.step);
        if (!m_loss.isEmpty() && m_loss.x().back() >= x) {
            m_loss.truncateAfter(x - 1.0);
            m_smooth.truncateAfter(x - 1.0);
            m_orth.truncateAfter(x - 1.0);
            m_smoother.reset();
            ++m_past;
            for (const double value : m_loss.y()) {
                m_smoother.add(value);
            }
            std::erase_if(m_evaluations, [x](const QPointF& evaluation) { return evaluation.x() >= x; });
            std::erase_if(m_kept, [x](const QPointF& corner) { return corner.x() >= x; });
        }
        m_loss.append(x, point.loss);
        m_smooth.append(x, m_smoother.add(point.loss));
        m_orth.append(x, point.orth);
        addKept(point);
    }
}

void RunCurves::append(const EvalPoint& point)
{
    const auto x = static_cast<double>(point.step);
    const auto place = std::lower_bound(m_evaluations.begin(), m_evaluations.end(), x,
        [](const QPointF& evaluation, double step) { return evaluation.x() < step; });
    if (place != m_evaluations.end() && place->x() == x) {
        place->setY(point.evalLoss);
    } else {
        m_evaluations.insert(place, QPointF(x, point.evalLoss));
    }
}

// b(t) of a step is what may be kept, but masks change at events only: between them the last event's budget holds.
void RunCurves::addKept(const MetricPoint& point)
{
    const std::int64_t t = point.step - 1;
    const bool masks = m_plan.prunes() && m_plan.interval > 0 && t > m_plan.ti
        && ((t < m_plan.finalStart && t % m_plan.interval == 0) || t == m_plan.finalStart);
    if (m_kept.empty()) {
        const std::int64_t start = m_plan.initialBudget > 0 && t <= m_plan.ti ? m_plan.initialBudget : point.budget;
        m_kept.emplace_back(0.0, static_cast<double>(start));
    }
    if (masks) {
        addCorner(static_cast<double>(point.step), static_cast<double>(point.budget));
    }
}

void RunCurves::setEvents(std::span<const MaskEvent> events)
{
    if (events.empty() || m_kept.empty()) {
        return;
    }
    m_kept.resize(1); // what the run began with
    for (const MaskEvent& event : events) {
        addCorner(static_cast<double>(event.step), static_cast<double>(event.budget));
    }
}

void RunCurves::addCorner(double x, double budget)
{
    if (m_kept.back().y() != budget) {
        m_kept.emplace_back(x, m_kept.back().y());
        m_kept.emplace_back(x, budget);
    }
}

void RunCurves::setHistory(const RunHistory& history)
{
    clear();
    append(history.metrics);
    for (const EvalPoint& point : history.evaluations) {
        append(point);
    }
    setEvents(history.events);
}

void RunCurves::takeAll(RunCurves&& curves)
{
    const std::uint64_t past = m_past + 1;
    *this = std::move(curves);
    m_past = past;
}

void RunCurves::setSmoothing(double weight)
{
    m_smoother = Smoother(weight);
    m_smooth = smoothed(m_loss, m_smoother);
}

bool RunCurves::take(SmoothedLosses&& losses)
{
    if (losses.past != m_past) {
        return false;
    }
    m_smooth = std::move(losses.smooth);
    m_smoother = losses.smoother;
    for (std::size_t i = m_smooth.size(); i < m_loss.size(); ++i) {
        m_smooth.append(m_loss.x()[i], m_smoother.add(m_loss.y()[i]));
    }
    return true;
}

double RunCurves::evaluationAt(double step) const
{
    return lastAt(m_evaluations, step);
}

QString RunCurves::toCsv() const
{
    QString csv = QStringLiteral("step,loss,loss_smoothed,orth,kept,eval_loss\n");
    auto evaluation = m_evaluations.begin();
    auto corner = m_kept.begin();
    double kept = std::numeric_limits<double>::quiet_NaN();
    for (std::size_t i = 0; i < m_loss.size(); ++i) {
        const double x = m_loss.x()[i];
        while (evaluation != m_evaluations.end() && evaluation->x() < x) {
            ++evaluation;
        }
        for (; corner != m_kept.end() && corner->x() <= x; ++corner) {
            kept = corner->y();
        }
        const bool evaluated = evaluation != m_evaluations.end() && evaluation->x() == x;
        const QStringList line {QString::number(static_cast<std::int64_t>(x)), csvNumber(m_loss.y()[i]),
            csvNumber(m_smooth.y()[i]), csvNumber(m_orth.y()[i]), csvNumber(kept),
            evaluated ? csvNumber(evaluation->y()) : QString()};
        csv += line.join(QLatin1Char(',')) + QLatin1Char('\n');
    }
    return csv;
}

std::int64_t RunCurves::lastStep() const
{
    return m_loss.isEmpty() ? 0 : static_cast<std::int64_t>(m_loss.x().back());
}

double RunCurves::keptAt(double step) const
{
    return lastAt(m_kept, step);
}

} // namespace spectune
