// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/Fonts.h"
#include "visualization/Marks.h"
#include "visualization/NumberFormat.h"
#include "visualization/QCustomPlotQt.h"
#include "visualization/RunPlotsLabel.h"
#include "visualization/RunPlotsPrivate.h"
#include "visualization/Theme.h"

#include <algorithm>
#include <cmath>

namespace spectune {

using namespace plotlabel;

void RunPlots::Private::paintLossLabels(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRectF rect = rectOf(m_lossRect);
    const auto at = static_cast<double>(now());
    const double smooth = curves.smooth().valueAt(at);
    if (at < steps.low || at > steps.high || !std::isfinite(smooth) || !isShown(PlotCurve::Smooth)) {
        return;
    }
    const bool evaluated = !curves.evaluations().empty() && isShown(PlotCurve::Evaluation);
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
    if (!isShown(PlotCurve::Raw)) {
        return;
    }
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
