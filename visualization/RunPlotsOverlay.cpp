// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/Fonts.h"
#include "visualization/Marks.h"
#include "visualization/NumberFormat.h"
#include "visualization/QCustomPlotQt.h"
#include "visualization/RunPlotsLabel.h"
#include "visualization/RunPlotsPrivate.h"
#include "visualization/Theme.h"

#include <QTextOption>

#include <algorithm>
#include <cmath>

namespace spectune {

using namespace plotlabel;

void RunPlots::Private::paintOverlay(QPainter& painter) const
{
    if (m_owner->hasFocus() && !asPicture) {
        drawFocusFrame(painter, plot->viewport(), Theme::current().focus);
    }
    if (curves.loss().isEmpty()) {
        paintTitles(painter);
        paintPhaseNames(painter);
        paintEmpty(painter);
        paintBudgetLabels(painter);
        return;
    }
    paintNow(painter); // the lines first: words have their own ground, and stand on them
    paintStepMarks(painter);
    paintEvaluations(painter);
    paintTitles(painter);
    paintPhaseNames(painter);
    paintMoment(painter);
    paintLossLabels(painter);
    paintOrthLabel(painter);
    paintBudgetLabels(painter);
}

void RunPlots::Private::paintTitles(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const bool reading = hovered > 0;
    const auto titles = plotlabel::titles(curves.plan().gamma, logarithmic);
    const auto title = [&](const QCPAxisRect* axisRect, const plotlabel::Title& words) {
        const auto& [name, told, up] = words;
        const QString rest = reading ? QString() : told;
        const QRectF rect = rectOf(axisRect);
        const double nameWidth = tabularWidth(Fonts::captionBold(), name);
        const double restWidth = tabularWidth(Fonts::caption(), rest);
        const QRectF place(rect.left(), rect.top() - up, nameWidth, 14.0);
        painter.fillRect(place.adjusted(-1.0, 0.0, restWidth + 8.0, 1.0), theme.panel);
        painter.setFont(Fonts::captionBold());
        painter.setPen(theme.text);
        drawTabular(painter, place, Qt::AlignLeft, name);
        if (rect.width() < nameWidth + 4.0 + restWidth) {
            return rect.left() + nameWidth;
        }
        painter.setFont(Fonts::caption());
        painter.setPen(theme.text2);
        drawTabular(painter, {rect.left() + nameWidth + 4.0, place.top(), restWidth, 14.0}, Qt::AlignLeft, rest);
        return rect.left() + nameWidth + 4.0 + restWidth;
    };
    const std::array<double, 3> used {
        title(m_lossRect, titles[0]), title(m_orthRect, titles[1]), title(m_budgetRect, titles[2])};
    if (reading) {
        paintCrosshair(painter, used);
    }
}

void RunPlots::Private::paintCrosshair(QPainter& painter, const std::array<double, 3>& used) const
{
    const Theme& theme = Theme::current();
    const QStringList values = readouts(hovered);
    const std::array<const QCPAxisRect*, 3> rects {m_lossRect, m_orthRect, m_budgetRect};
    const std::array<double, 3> up {18.0, 18.0, 36.0};
    painter.setFont(Fonts::caption());
    painter.setPen(theme.text2);
    for (std::size_t i = 0; i < rects.size(); ++i) {
        const QRectF rect = rectOf(rects[i]);
        const double room = rect.right() - used[i] - 6.0;
        QString words = values[static_cast<qsizetype>(i)];
        while (tabularWidth(Fonts::caption(), words) > room && words.contains(QLatin1Char(','))) {
            words.truncate(words.lastIndexOf(QLatin1Char(',')));
        }
        const QRectF place(used[i], rect.top() - up[i], rect.right() - used[i], 14.0);
        painter.fillRect(
            place.adjusted(place.width() - tabularWidth(Fonts::caption(), words) - 2.0, 0.0, 0.0, 1.0), theme.panel);
        drawTabular(painter, place, Qt::AlignRight, words);
    }
    const auto x = static_cast<double>(hovered);
    const auto dot = [&](const QCPAxisRect* axisRect, double y, const QColor& color) {
        if (std::isfinite(y) && rectOf(axisRect).adjusted(-1, -1, 1, 1).contains(QPointF(xOf(x), y))) {
            painter.setPen(QPen(theme.panel, 1.0));
            painter.setBrush(color);
            painter.drawEllipse(QPointF(xOf(x), y), 3.2, 3.2);
        }
    };
    const double gamma = curves.plan().gamma > 0.0 ? curves.plan().gamma : 1.0;
    dot(m_lossRect, lossY(curves.smooth().valueAt(x)), theme.loss);
    dot(m_orthRect, orthY(curves.orth().valueAt(x) * gamma), theme.orth);
    dot(m_budgetRect, budgetY(curves.keptAt(x)), theme.text);
}

void RunPlots::Private::paintEmpty(QPainter& painter) const
{
    painter.setFont(Fonts::body());
    painter.setPen(Theme::current().text3);
    const QRectF rect = rectOf(m_lossRect).adjusted(8.0, 8.0, -8.0, -8.0);
    painter.drawText(rect, Qt::AlignCenter | Qt::TextWordWrap, emptyText);
}

void RunPlots::Private::paintEvaluations(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    if (!isShown(PlotCurve::Evaluation)) {
        return;
    }
    const QRectF rect = rectOf(m_lossRect);
    painter.save();
    painter.setClipRect(rect.adjusted(-5.0, 0.0, 5.0, 0.0));
    double lastX = rect.left() - 10.0;
    for (const QPointF& evaluation : curves.evaluations()) {
        const bool inside = evaluation.x() >= steps.low && evaluation.x() <= steps.high;
        const double x = xOf(evaluation.x());
        const bool apart = x - lastX >= 1.0 || &evaluation == &curves.evaluations().back(); // one a pixel column
        if (inside && apart && std::isfinite(evaluation.y())) {
            drawDiamond(painter, {x, lossY(evaluation.y())}, 4.4, theme.eval, theme.panel);
            lastX = x;
        }
    }
    painter.restore();
}

std::vector<PlacedMark> RunPlots::Private::placedMarks() const
{
    if (curves.loss().isEmpty()) {
        return {}; // the plot says that there is no curve
    }
    const QRectF rect = rectOf(m_lossRect);
    const auto curve = [this, &rect](double x) {
        const double step = steps.low + (x - rect.left()) / std::max(1.0, rect.width()) * (steps.high - steps.low);
        const double value = step <= static_cast<double>(now()) ? curves.smooth().valueAt(step) : NAN;
        return std::isfinite(value) ? lossY(value) : NAN;
    };
    MarkObstacles obstacles {.labels = lossLabels(), .uprights = {xOf(static_cast<double>(now()))}, .curve = curve};
    if (shown >= 0) {
        obstacles.uprights.push_back(xOf(static_cast<double>(shown)));
    }
    return placeMarks(
        marks, rect, lineHeight, [this](double step) { return xOf(step); },
        [](const QString& text) { return tabularWidth(Fonts::caption(), text); }, obstacles);
}

void RunPlots::Private::paintStepMarks(QPainter& painter) const
{
    paintMarks(painter, placedMarks(), rectOf(m_lossRect), rectOf(m_budgetRect).bottom(),
        [this, &painter](const QRectF& patch) { paintPhases(painter, patch); });
}

void RunPlots::Private::paintNow(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRectF top = rectOf(m_lossRect);
    const QRectF bottom = rectOf(m_budgetRect);
    const auto upright = [&](std::int64_t step, const QColor& color, double width) {
        const auto x = static_cast<double>(step);
        if (x >= steps.low && x <= steps.high) {
            drawUpright(painter, xOf(x), top.top(), bottom.bottom(), color, width);
        }
    };
    if (hovered > 0) {
        upright(hovered, theme.text3, 1.0);
    }
    upright(failure >= 0 ? std::max(failure, now()) : now(), failure >= 0 ? theme.error : theme.text, 1.0);
    if (shown >= 0) {
        upright(shown, theme.focus, 1.5);
    }
}

QString RunPlots::Private::nowText() const
{
    return (ended ? RunPlots::tr("end, step %1") : RunPlots::tr("now, step %1")).arg(formatCount(now()));
}

std::vector<PlacedLabel> RunPlots::Private::momentLabels() const
{
    const Theme& theme = Theme::current();
    const QRectF rect = rectOf(m_lossRect);
    const auto inside = [this](std::int64_t step) {
        return static_cast<double>(step) >= steps.low && static_cast<double>(step) <= steps.high;
    };
    std::vector<PlacedLabel> labels;
    const auto tag = [this, &rect, &labels](std::int64_t step, const Label& label, double y) {
        const double x = xOf(static_cast<double>(step));
        const double width = widthOf(label);
        const double left = x + 6.0 + width > rect.right() ? x - 6.0 - width : x + 6.0;
        labels.push_back({label, {left, y, width, lineHeight}});
    };
    const double y = rect.top() + 2.0;
    if (failure >= 0) {
        tag(std::max(failure, now()), {RunPlots::tr("failed at step %1").arg(formatCount(failure)), theme.error, true},
            y);
    } else if (inside(now())) {
        tag(now(), {nowText(), theme.text, false}, y);
    }
    if (shown >= 0 && inside(shown)) {
        QString words = RunPlots::tr("shown %1").arg(formatCount(shown));
        if (const double value = curves.smooth().valueAt(static_cast<double>(shown)); std::isfinite(value)) {
            words += QStringLiteral(": ") + formatLoss(value);
        }
        // Each stands on either side of its line: nearer than both are wide they might meet.
        const double away = std::abs(xOf(static_cast<double>(shown)) - xOf(static_cast<double>(now())));
        const double both
            = tabularWidth(Fonts::captionBold(), words) + tabularWidth(Fonts::captionBold(), nowText()) + 24.0;
        tag(shown, {words, theme.focus, true}, away < both ? y + lineHeight + 2.0 : y);
    }
    return labels;
}

QRectF RunPlots::Private::sentencePlace() const
{
    if (failure < 0) {
        return {};
    }
    const QRectF rect = rectOf(m_lossRect);
    const double x = xOf(static_cast<double>(std::max(failure, now())));
    const double room = std::max(rect.right() - x, x - rect.left()) - 12.0;
    const double left = rect.right() - x > x - rect.left() ? x + 6.0 : x - 6.0 - room;
    return room > 110.0 ? QRectF(left, rect.top() + lineHeight + 3.0, room, 3.2 * lineHeight) : QRectF();
}

void RunPlots::Private::paintMoment(QPainter& painter) const
{
    for (const PlacedLabel& moment : momentLabels()) {
        write(painter, moment.place, moment.label);
    }
    if (failure >= 0) {
        paintFailure(painter);
    }
    if (shown >= 0 && static_cast<double>(shown) >= steps.low && static_cast<double>(shown) <= steps.high) {
        paintShown(painter);
    }
}

void RunPlots::Private::paintFailure(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    if (const QRectF place = sentencePlace(); !place.isEmpty()) {
        const bool right = place.left() > xOf(static_cast<double>(std::max(failure, now())));
        QTextOption option(right ? Qt::AlignLeft : Qt::AlignRight);
        option.setWrapMode(QTextOption::WordWrap);
        painter.setFont(Fonts::caption());
        paintPhases(painter, painter.boundingRect(place, sentence, option).intersected(place));
        painter.setPen(theme.text2);
        painter.drawText(place, sentence, option);
    }
    const double value = curves.smooth().valueAt(static_cast<double>(now()));
    if (std::isfinite(value)) {
        const QPointF end(xOf(static_cast<double>(now())), lossY(value));
        drawCross(painter, end, 5.0, theme.panel, 5.0);
        drawCross(painter, end, 5.0, theme.error, 2.2);
    }
}

void RunPlots::Private::paintShown(QPainter& painter) const
{
    const auto step = static_cast<double>(shown);
    const auto dot = [this, &painter, step](double y) {
        painter.setPen(QPen(Theme::current().panel, 1.0));
        painter.setBrush(Theme::current().focus);
        painter.drawEllipse(QPointF(xOf(step), y), 4.0, 4.0);
    };
    if (const double value = curves.smooth().valueAt(step); std::isfinite(value)) {
        dot(lossY(value));
    }
    if (const double kept = curves.keptAt(step); std::isfinite(kept)) {
        dot(budgetY(kept));
    }
}

} // namespace spectune
