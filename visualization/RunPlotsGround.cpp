// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/Fonts.h"
#include "visualization/LogLevels.h"
#include "visualization/Marks.h"
#include "visualization/NumberFormat.h"
#include "visualization/QCustomPlotQt.h"
#include "visualization/RunPlotsLabel.h"
#include "visualization/RunPlotsPrivate.h"
#include "visualization/Theme.h"

#include <algorithm>
#include <cmath>

namespace spectune {

QRectF RunPlots::Private::rectOf(const QCPAxisRect* axisRect) const
{
    return axisRect->rect();
}

double RunPlots::Private::xOf(double step) const
{
    return m_lossRect->axis(QCPAxis::atBottom)->coordToPixel(step);
}

double RunPlots::Private::lossY(double value) const
{
    return m_lossRect->axis(QCPAxis::atLeft)->coordToPixel(value);
}

double RunPlots::Private::orthY(double value) const
{
    return m_orthRect->axis(QCPAxis::atLeft)->coordToPixel(value);
}

double RunPlots::Private::budgetY(double value) const
{
    return m_budgetRect->axis(QCPAxis::atLeft)->coordToPixel(value);
}

void RunPlots::Private::paintPhases(QPainter& painter, const QRectF& rect) const
{
    const Theme& theme = Theme::current();
    const PlotPlan& plan = curves.plan();
    painter.fillRect(rect, theme.phaseEnd);
    if (!plan.prunes()) {
        return;
    }
    const double from = xOf(static_cast<double>(plan.ti));
    painter.fillRect(partBetween(rect, from, xOf(static_cast<double>(plan.finalStart))), theme.phaseCubic);
}

void RunPlots::Private::write(QPainter& painter, const QRectF& rect, const plotlabel::Label& label) const
{
    paintPhases(painter, {rect.left() - 1.0, rect.top(), plotlabel::widthOf(label) + 2.0, rect.height()});
    painter.setFont(label.bold ? Fonts::captionBold() : Fonts::caption());
    painter.setPen(label.color);
    drawTabular(painter, rect, Qt::AlignLeft, label.text);
}

void RunPlots::Private::paintGround(QPainter& painter) const
{
    for (const QCPAxisRect* rect : {m_lossRect, m_orthRect, m_budgetRect}) {
        paintPhases(painter, rectOf(rect));
    }
    paintGrid(painter);
}

void RunPlots::Private::paintGrid(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    painter.setFont(Fonts::caption());
    const auto levels = [&](const QRectF& rect, const AxisBounds& axis, bool log, const auto& yOf, const auto& textOf) {
        if (axis.ticks.empty()) {
            return; // there is nothing to be read off
        }
        const std::vector<TickPlace> figures = log ? standingLogLevels(axis.low, axis.high, yOf, rect.top())
                                                   : standingLevels(axis.ticks, yOf, rect.top());
        const auto line = [&](double tick) { drawLevel(painter, yOf(tick), rect.left(), rect.right(), theme.line); };
        if (!log) {
            std::for_each(axis.ticks.begin(), axis.ticks.end(), line);
        }
        painter.setPen(theme.text3);
        for (const TickPlace& place : figures) {
            if (log) {
                line(place.tick); // of a logarithm's lines each has its figure
            }
            drawTabular(painter, {0.0, place.left, rect.left() - 6.0, place.width}, Qt::AlignRight, textOf(place.tick));
        }
    };
    levels(
        rectOf(m_lossRect), loss, logarithmic, [this](double tick) { return lossY(tick); },
        [this](double tick) { return lossFigure(tick); });
    levels(
        rectOf(m_orthRect), orth, true, [this](double tick) { return orthY(tick); },
        [](double tick) { return formatLogTick(tick); });
    levels(
        rectOf(m_budgetRect), budget, false, [this](double tick) { return budgetY(tick); },
        [](double tick) { return formatCount(std::llround(tick)); });
    paintSteps(painter);
    paintBorders(painter);
}

void RunPlots::Private::paintSteps(QPainter& painter) const
{
    const QRectF below = rectOf(m_budgetRect);
    painter.setPen(Theme::current().text3);
    const auto xOfStep = [this](double step) { return xOf(step); };
    for (const TickPlace& place : plotlabel::stepFigures(steps.ticks, xOfStep, below.left(), below.right()))
        drawTabular(painter, {place.left, below.bottom() + 3.0, place.width, 16.0}, Qt::AlignLeft,
            formatCount(std::llround(place.tick)));
}

void RunPlots::Private::paintBorders(QPainter& painter) const
{
    if (curves.plan().prunes()) {
        const QRectF below = rectOf(m_budgetRect);
        QPen dashes(Theme::current().lineStrong, 0);
        const double ratio = plot->devicePixelRatioF();
        dashes.setDashPattern({2.0 * ratio, 2.0 * ratio});
        painter.save();
        painter.setRenderHint(QPainter::Antialiasing, false);
        painter.setPen(dashes);
        for (const std::int64_t border : {curves.plan().ti, curves.plan().finalStart}) {
            const double x = std::round(xOf(static_cast<double>(border)));
            if (x > below.left() + 1.0 && x < below.right()) {
                painter.drawLine(QPointF(x, below.top()), QPointF(x, below.bottom()));
            }
        }
        painter.restore();
    }
}

void RunPlots::Private::paintPhaseNames(QPainter& painter) const
{
    const PlotPlan& plan = curves.plan();
    if (!plan.prunes()) {
        return;
    }
    const QRectF rect = rectOf(m_budgetRect);
    const double ti = std::clamp(xOf(static_cast<double>(plan.ti)), rect.left(), rect.right());
    const double end = std::clamp(xOf(static_cast<double>(plan.finalStart)), rect.left(), rect.right());
    painter.setFont(Fonts::caption());
    painter.setPen(Theme::current().text3);
    const double y = rect.top() - 18.0;
    const auto width = [](const QString& text) { return tabularWidth(Fonts::caption(), text); };
    const auto name = [&](double left, double room, Qt::Alignment alignment, const QString& text) {
        const double start = alignment == Qt::AlignLeft ? left : left + (room - width(text)) / 2.0;
        // Over the now line, and up to the title's ground: no stub of it is left between the two.
        painter.fillRect(QRectF(start - 2.0, y - 4.0, width(text) + 4.0, 18.0), Theme::current().panel);
        drawTabular(painter, {left, y, room, 14.0}, alignment, text);
    };
    double from = rect.left();
    if (ti > rect.left() + 1.0) {
        name(rect.left(), 80.0, Qt::AlignLeft, RunPlots::tr("warm-up"));
        from = std::max(ti, rect.left() + width(RunPlots::tr("warm-up")) + 10.0);
    }
    double to = end;
    if (end < rect.right() - 1.0) {
        const double room = std::max(rect.right() - end, width(RunPlots::tr("final")));
        name(rect.right() - room, room, Qt::AlignHCenter, RunPlots::tr("final"));
        to = std::min(end, rect.right() - room - 8.0);
    }
    if (to - from > width(RunPlots::tr("cubic"))) {
        name(from, to - from, Qt::AlignHCenter, RunPlots::tr("cubic"));
    }
}

} // namespace spectune
