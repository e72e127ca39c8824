// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/Fonts.h"
#include "visualization/Marks.h"
#include "visualization/NumberFormat.h"
#include "visualization/QCustomPlotQt.h"
#include "visualization/RunPlotsPrivate.h"
#include "visualization/Theme.h"

#include <QTextOption>

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

struct Label {
    QString text;
    QColor color;
    bool bold = false;
};

double widthOf(const Label& label)
{
    return tabularWidth(label.bold ? Fonts::captionBold() : Fonts::caption(), label.text);
}

/// Text on a patch of its ground, so that grid and curves do not run through it.
void write(QPainter& painter, const QRectF& rect, const Label& label, const QColor& ground)
{
    painter.setFont(label.bold ? Fonts::captionBold() : Fonts::caption());
    QColor patch = ground;
    patch.setAlphaF(0.85F);
    painter.fillRect(QRectF(rect.left() - 1.0, rect.top(), widthOf(label) + 2.0, rect.height()), patch);
    painter.setPen(label.color);
    drawTabular(painter, rect, Qt::AlignLeft, label.text);
}

constexpr double lineHeight = 14.0;

} // namespace

void RunPlots::Private::paintOverlay(QPainter& painter) const
{
    if (curves.loss().isEmpty()) {
        paintTitles(painter);
        paintPhaseNames(painter);
        paintEmpty(painter);
        paintBudgetLabels(painter);
        return;
    }
    paintStepMarks(painter);
    paintEvaluations(painter);
    paintNow(painter);
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
    const double gamma = curves.plan().gamma;
    const auto title = [&](const QCPAxisRect* axisRect, double up, const QString& name, const QString& rest) {
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
    const double used = title(m_lossRect, 18.0, RunPlots::tr("Task loss"),
        hovered > 0 ? QString() : RunPlots::tr("per loss-bearing token, without γR"));
    title(m_orthRect, 18.0, gamma > 0.0 ? RunPlots::tr("Orthogonality γR") : RunPlots::tr("Orthogonality R"),
        gamma > 0.0 ? RunPlots::tr("log axis") : RunPlots::tr("log axis, not in the loss"));
    title(m_budgetRect, 36.0, RunPlots::tr("Budget b(t)"), RunPlots::tr("kept triplets; dashed: plan"));
    if (hovered <= 0) {
        return;
    }
    const QRectF rect = rectOf(m_lossRect);
    const QString values = readout(hovered);
    painter.setFont(Fonts::caption());
    painter.setPen(theme.text2);
    if (tabularWidth(Fonts::caption(), values) + 10.0 < rect.right() - used) {
        drawTabular(painter, {used, rect.top() - 18.0, rect.right() - used, 14.0}, Qt::AlignRight, values);
    }
    drawUpright(painter, xOf(static_cast<double>(hovered)), rect.top(), rectOf(m_budgetRect).bottom(), theme.text3);
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
    const QRectF rect = rectOf(m_lossRect);
    painter.save();
    painter.setClipRect(rect.adjusted(-5.0, 0.0, 5.0, 0.0));
    for (const QPointF& evaluation : curves.evaluations()) {
        if (evaluation.x() >= steps.low && evaluation.x() <= steps.high && std::isfinite(evaluation.y())) {
            drawDiamond(painter, {xOf(evaluation.x()), lossY(evaluation.y())}, 4.4, theme.eval, theme.panel);
        }
    }
    painter.restore();
}

void RunPlots::Private::paintStepMarks(QPainter& painter) const
{
    const QRectF rect = rectOf(m_lossRect);
    const auto placed = placeMarks(
        marks, rect, lineHeight, [this](double step) { return xOf(step); },
        [](const QString& text) { return tabularWidth(Fonts::caption(), text); });
    paintMarks(painter, placed, rect, rectOf(m_budgetRect).bottom());
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
    upright(failure >= 0 ? std::max(failure, now()) : now(), failure >= 0 ? theme.error : theme.text, 1.0);
    if (shown >= 0) {
        upright(shown, theme.focus, 1.5);
    }
}

void RunPlots::Private::paintMoment(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRectF rect = rectOf(m_lossRect);
    const auto tag = [&](std::int64_t step, const Label& label, double y) {
        const double x = xOf(static_cast<double>(step));
        const double width = widthOf(label);
        const double left = x + 6.0 + width > rect.right() ? x - 6.0 - width : x + 6.0;
        write(painter, {left, y, width, lineHeight}, label, groundAt(static_cast<double>(step)));
    };
    double y = rect.top() + 2.0;
    if (failure >= 0) {
        const std::int64_t at = std::max(failure, now());
        tag(at, {RunPlots::tr("failed at step %1").arg(formatCount(failure)), theme.error, true}, y);
        const double x = xOf(static_cast<double>(at));
        const double room = std::max(rect.right() - x, x - rect.left()) - 12.0;
        const double left = rect.right() - x > x - rect.left() ? x + 6.0 : x - 6.0 - room;
        QTextOption option(left > x ? Qt::AlignLeft : Qt::AlignRight);
        option.setWrapMode(QTextOption::WordWrap);
        painter.setFont(Fonts::caption());
        painter.setPen(theme.text2);
        if (room > 110.0) {
            painter.drawText(QRectF(left, y + lineHeight + 1.0, room, 3.2 * lineHeight), sentence, option);
        }
        const double value = curves.smooth().valueAt(static_cast<double>(now()));
        if (std::isfinite(value)) {
            const QPointF end(xOf(static_cast<double>(now())), lossY(value));
            drawCross(painter, end, 5.0, theme.panel, 5.0);
            drawCross(painter, end, 5.0, theme.error, 2.2);
        }
    } else if (static_cast<double>(now()) >= steps.low && static_cast<double>(now()) <= steps.high) {
        tag(now(), {RunPlots::tr("now, step %1").arg(formatCount(now())), theme.text, false}, y);
    }
    if (shown < 0 || static_cast<double>(shown) < steps.low || static_cast<double>(shown) > steps.high) {
        return;
    }
    const double value = curves.smooth().valueAt(static_cast<double>(shown));
    const double away = std::abs(xOf(static_cast<double>(shown)) - xOf(static_cast<double>(now())));
    QString words = RunPlots::tr("shown %1").arg(formatCount(shown));
    if (std::isfinite(value)) {
        words += QStringLiteral(": ") + formatLoss(value);
        drawDiamond(painter, {xOf(static_cast<double>(shown)), lossY(value)}, 0.01, theme.focus);
        painter.setPen(QPen(theme.panel, 1.0));
        painter.setBrush(theme.focus);
        painter.drawEllipse(QPointF(xOf(static_cast<double>(shown)), lossY(value)), 4.0, 4.0);
    }
    tag(shown, {words, theme.focus, true}, away < 120.0 ? y + lineHeight + 2.0 : y);
}

void RunPlots::Private::paintLossLabels(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRectF rect = rectOf(m_lossRect);
    const auto at = static_cast<double>(now());
    const double smooth = curves.smooth().valueAt(at);
    if (at < steps.low || at > steps.high || !std::isfinite(smooth)) {
        return;
    }
    const bool evaluated = !curves.evaluations().empty();
    const double evaluation = evaluated ? curves.evaluations().back().y() : NAN;
    const Label evalLabel {RunPlots::tr("eval %1").arg(formatLoss(evaluation)), theme.eval, true};
    const Label smoothLabel {RunPlots::tr("smooth %1").arg(formatLoss(smooth)), theme.loss, true};
    const Label rawLabel {RunPlots::tr("raw %1").arg(formatLoss(curves.loss().y().back())), theme.text3, false};
    const double width
        = 20.0 + std::max({evaluated ? widthOf(evalLabel) : 0.0, widthOf(smoothLabel), widthOf(rawLabel)});
    const double x = xOf(at);
    const bool flipped = x + width > rect.right();
    double left = x + 5.0;
    double smoothTop
        = std::clamp(lossY(smooth) - 1.0, rect.top() + 2.0 * lineHeight + 4.0, rect.bottom() - 2.0 * lineHeight);
    double evalTop = std::isfinite(evaluation) ? lossY(evaluation) - lineHeight - 3.0 : smoothTop;
    evalTop = std::clamp(std::min(evalTop, smoothTop - lineHeight - 3.0), rect.top() + lineHeight + 4.0, rect.bottom());
    smoothTop = std::max(smoothTop, evalTop + lineHeight);
    if (flipped) { // no room to the right: a stack above all that is drawn there
        left = x - 8.0 - width;
        const double from = (left - rect.left()) / rect.width() * (steps.high - steps.low) + steps.low;
        double highest = smooth;
        for (const ColumnSpan& span : curves.loss().decimate(from, at + 1.0, 1)) {
            highest = std::max(highest, span.high);
        }
        highest = std::isfinite(evaluation) ? std::max(highest, evaluation) : highest;
        evalTop = std::max(rect.top() + lineHeight + 6.0, lossY(highest) - 3.0 * lineHeight - 8.0);
        smoothTop = evalTop + (evaluated ? lineHeight : 0.0);
    }
    const QColor ground = groundAt(at);
    const double text = left + 15.0;
    if (evaluated) {
        write(painter, {text, evalTop, width, lineHeight}, evalLabel, ground);
        drawDiamond(painter, {left + 6.0, evalTop + lineHeight / 2.0}, 4.0, theme.eval);
    }
    write(painter, {text, smoothTop, width, lineHeight}, smoothLabel, ground);
    drawLevel(painter, smoothTop + lineHeight / 2.0, left + 1.0, left + 11.0, theme.loss, 2.0);
    write(painter, {text, smoothTop + lineHeight, width, lineHeight}, rawLabel, ground);
    QColor raw = theme.loss;
    raw.setAlphaF(0.4F);
    drawLevel(painter, smoothTop + lineHeight * 1.5, left + 1.0, left + 11.0, raw, 4.0);
}

void RunPlots::Private::paintOrthLabel(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRectF rect = rectOf(m_orthRect);
    const auto at = static_cast<double>(now());
    const double gamma = curves.plan().gamma > 0.0 ? curves.plan().gamma : 1.0;
    const double value = curves.orth().valueAt(at) * gamma;
    if (orth.ticks.empty() || !(value > 0.0)) {
        painter.setFont(Fonts::caption());
        painter.setPen(theme.text3);
        drawTabular(painter, rect, Qt::AlignHCenter, RunPlots::tr("this method has no orthogonality term"));
        return;
    }
    if (at < steps.low || at > steps.high) {
        return;
    }
    const Label label {formatShort(value), theme.text2, true};
    const double width = widthOf(label);
    const bool flipped = xOf(at) + 6.0 + width > rect.right();
    const double y = flipped ? orthY(value) - lineHeight - 6.0 : orthY(value) - lineHeight / 2.0;
    const double top = std::clamp(y, rect.top(), rect.bottom() - lineHeight);
    write(painter, {flipped ? xOf(at) - 6.0 - width : xOf(at) + 6.0, top, width, lineHeight}, label, groundAt(at));
}

void RunPlots::Private::paintBudgetLabels(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const PlotPlan& plan = curves.plan();
    const QRectF rect = rectOf(m_budgetRect);
    if (plan.initialBudget < 1) {
        return;
    }
    const auto at = static_cast<double>(now());
    const double kept = curves.keptAt(at);
    QRectF taken;
    if (std::isfinite(kept) && at >= steps.low && at <= steps.high) {
        const Label figure {formatCount(std::llround(kept)), theme.text, true};
        const Label mean {plan.matrices > 0
                ? RunPlots::tr("mean rank %1").arg(formatMeanRank(kept / static_cast<double>(plan.matrices)))
                : QString(),
            theme.text2, false};
        const bool flipped = xOf(at) + 6.0 + widthOf(figure) > rect.right();
        const bool both = flipped || xOf(at) + 10.0 + widthOf(figure) + widthOf(mean) <= rect.right();
        const double width = widthOf(figure) + (both ? 4.0 + widthOf(mean) : 0.0);
        const double left = flipped ? std::max(rect.left() + 2.0, xOf(at) - 6.0 - width) : xOf(at) + 6.0;
        const double top = std::max(rect.top() + 1.0, budgetY(kept) - lineHeight - 4.0);
        taken = QRectF(left, top, width, lineHeight);
        write(painter, {left, top, widthOf(figure) + 4.0, lineHeight}, figure, groundAt(at));
        if (both) {
            write(painter, {left + widthOf(figure) + 4.0, top, widthOf(mean), lineHeight}, mean, groundAt(at));
        }
    }
    const auto place = [&](QRectF where, const QString& text, double step) {
        const bool inside
            = where.left() >= rect.left() && where.right() <= rect.right() + 0.5 && where.bottom() < rect.bottom();
        const double nowX = curves.loss().isEmpty() ? -100.0 : xOf(at);
        const bool crossed = nowX > where.left() - 3.0 && nowX < where.right() + 3.0;
        if (inside && !crossed && !taken.intersects(where.adjusted(-4.0, -1.0, 4.0, 1.0))) {
            write(painter, where, {text, theme.text3, false}, groundAt(step));
        }
    };
    if (plan.matrices > 0 && plan.initRank > 0) {
        const QString text = RunPlots::tr("init %1 × %2").arg(plan.initRank).arg(formatCount(plan.matrices));
        const double y = budgetY(static_cast<double>(plan.initialBudget));
        const double x = plan.prunes() ? xOf(static_cast<double>(plan.ti)) + 16.0 : rect.left() + 16.0;
        place({x, y - (plan.prunes() ? 7.0 : 18.0), tabularWidth(Fonts::caption(), text), lineHeight}, text,
            static_cast<double>(plan.ti) + 1.0);
    }
    if (plan.prunes() && plan.matrices > 0 && plan.targetRank > 0.0
        && steps.high >= static_cast<double>(plan.finalStart)) {
        const bool whole = std::abs(plan.targetRank - std::round(plan.targetRank)) < 1e-9;
        const QString rank = whole ? formatCount(std::llround(plan.targetRank)) : formatMeanRank(plan.targetRank);
        const QString text = RunPlots::tr("target %1 × %2").arg(rank, formatCount(plan.matrices));
        const double width = tabularWidth(Fonts::caption(), text);
        const double y = budgetY(static_cast<double>(plan.targetBudget));
        place({rect.right() - width, y + 4.0, width, lineHeight}, text, static_cast<double>(plan.totalSteps));
    }
}

} // namespace spectune
