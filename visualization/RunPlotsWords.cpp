// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/Fonts.h"
#include "visualization/LogLevels.h"
#include "visualization/NumberFormat.h"
#include "visualization/QCustomPlotQt.h"
#include "visualization/RunPlotsLabel.h"
#include "visualization/RunPlotsPrivate.h"

#include <algorithm>
#include <cmath>

namespace spectune {

std::array<plotlabel::Title, 3> plotlabel::titles(double gamma, bool logarithmic)
{
    return {
        {{RunPlots::tr("Task loss"),
             logarithmic ? RunPlots::tr("log axis, without γR") : RunPlots::tr("per loss-bearing token, without γR")},
            {gamma > 0.0 ? RunPlots::tr("Orthogonality γR") : RunPlots::tr("Orthogonality R"),
                gamma > 0.0 ? RunPlots::tr("log axis") : RunPlots::tr("log axis, not in the loss")},
            {RunPlots::tr("Budget b(t)"), RunPlots::tr("kept triplets; dashed: plan"), 36.0}}};
}

std::vector<TickPlace> plotlabel::stepFigures(
    const std::vector<double>& ticks, const std::function<double(double)>& xOf, double left, double right)
{
    std::vector<TickPlace> places;
    for (const double tick : ticks) {
        const double width = tabularWidth(Fonts::caption(), formatCount(std::llround(tick)));
        places.push_back({tick, centredInside(xOf(tick), width, left, right), width});
    }
    return standingApart(places);
}

QString RunPlots::Private::lossFigure(double tick) const
{
    const double step = loss.ticks.size() > 1 ? loss.ticks[1] - loss.ticks[0] : 1.0;
    return logarithmic ? formatLogTick(tick) : formatTick(tick, step);
}

std::vector<QRectF> RunPlots::Private::words() const
{
    std::vector<QRectF> all = lossLabels();
    for (const auto& labels : {orthLabels(), budgetLabels()}) {
        for (const plotlabel::PlacedLabel& label : labels) {
            all.push_back(label.place);
        }
    }
    const auto titles = plotlabel::titles(curves.plan().gamma, logarithmic);
    const std::array<const QCPAxisRect*, 3> rects {m_lossRect, m_orthRect, m_budgetRect};
    for (std::size_t i = 0; i < rects.size(); ++i) {
        const QRectF rect = rectOf(rects[i]);
        const double name = tabularWidth(Fonts::captionBold(), titles[i].name);
        const double both = name + 4.0 + tabularWidth(Fonts::caption(), titles[i].rest);
        all.emplace_back(rect.left(), rect.top() - titles[i].up, both > rect.width() ? name : both, 14.0);
    }
    const auto addLevels
        = [&all](const QRectF& rect, const AxisBounds& axis, bool log, const auto& yOf, const auto& textOf) {
              if (axis.ticks.empty()) {
                  return;
              }
              for (const TickPlace& place : log ? standingLogLevels(axis.low, axis.high, yOf, rect.top())
                                                : standingLevels(axis.ticks, yOf, rect.top())) {
                  const double width = tabularWidth(Fonts::caption(), textOf(place.tick));
                  all.emplace_back(rect.left() - 6.0 - width, place.left, width, place.width);
              }
          };
    addLevels(
        rectOf(m_lossRect), loss, logarithmic, [this](double tick) { return lossY(tick); },
        [this](double tick) { return lossFigure(tick); });
    addLevels(
        rectOf(m_orthRect), orth, true, [this](double tick) { return orthY(tick); },
        [](double tick) { return formatLogTick(tick); });
    addLevels(
        rectOf(m_budgetRect), budget, false, [this](double tick) { return budgetY(tick); },
        [](double tick) { return formatCount(std::llround(tick)); });
    const QRectF below = rectOf(m_budgetRect);
    if (curves.plan().prunes()) {
        all.emplace_back(below.left(), below.top() - 18.0, below.width(), 14.0); // the phases' names
    }
    const auto xOfStep = [this](double step) { return xOf(step); };
    for (const TickPlace& place : plotlabel::stepFigures(steps.ticks, xOfStep, below.left(), below.right())) {
        all.emplace_back(place.left, below.bottom() + 3.0, place.width, 16.0);
    }
    return all;
}

std::vector<QRectF> RunPlots::words() const
{
    std::vector<QRectF> all = m_private->words();
    for (QRectF& place : all) {
        place.translate(m_private->plot->pos());
    }
    return all;
}

} // namespace spectune
