// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/Fonts.h"
#include "visualization/LabelPlace.h"
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

namespace {
constexpr double keyWidth = 15.0; ///< a curve's own mark, left of the text at its end
} // namespace

std::vector<plotlabel::CurveEnd> RunPlots::Private::curveEnds() const
{
    const Theme& theme = Theme::current();
    const QRectF rect = rectOf(m_lossRect);
    const auto at = static_cast<double>(now());
    const double smooth = curves.smooth().valueAt(at);
    if (at < steps.low || at > steps.high || !std::isfinite(smooth) || !isShown(PlotCurve::Smooth)) {
        return {};
    }
    const bool evaluated = !curves.evaluations().empty() && isShown(PlotCurve::Evaluation);
    const double evaluation = evaluated ? curves.evaluations().back().y() : NAN;
    const Label evalLabel {RunPlots::tr("eval %1").arg(formatLoss(evaluation)), theme.eval, true};
    const Label smoothLabel {RunPlots::tr("smooth %1").arg(formatLoss(smooth)), theme.loss, true};
    const Label rawLabel {RunPlots::tr("raw %1").arg(formatLoss(curves.loss().y().back())), theme.text3, false};
    const double width
        = 20.0 + std::max({evaluated ? widthOf(evalLabel) : 0.0, widthOf(smoothLabel), widthOf(rawLabel)});
    const double x = xOf(at);
    double left = x + 5.0;
    double smoothTop
        = std::clamp(lossY(smooth) - 1.0, rect.top() + 2.0 * lineHeight + 4.0, rect.bottom() - 2.0 * lineHeight);
    double evalTop = std::isfinite(evaluation) ? lossY(evaluation) - lineHeight - 3.0 : smoothTop;
    evalTop = std::clamp(std::min(evalTop, smoothTop - lineHeight - 3.0), rect.top() + lineHeight + 4.0, rect.bottom());
    smoothTop = std::max(smoothTop, evalTop + lineHeight);
    if (x + width > rect.right()) { // no room to the right: a stack above all that is drawn there
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
    std::vector<CurveEnd> ends;
    const auto add = [&ends, left](PlotCurve curve, const Label& label, double top) {
        ends.push_back({curve, label, {left + keyWidth, top, widthOf(label), lineHeight}});
    };
    if (evaluated) {
        add(PlotCurve::Evaluation, evalLabel, evalTop);
    }
    add(PlotCurve::Smooth, smoothLabel, smoothTop);
    if (isShown(PlotCurve::Raw)) {
        add(PlotCurve::Raw, rawLabel, smoothTop + lineHeight);
    }
    return ends;
}

std::vector<QRectF> RunPlots::Private::lossLabels() const
{
    std::vector<QRectF> places;
    for (const CurveEnd& end : curveEnds()) {
        places.push_back(end.place.adjusted(-keyWidth, 0.0, 0.0, 0.0));
    }
    for (const MomentLabel& moment : momentLabels()) {
        places.push_back(moment.place);
    }
    if (const QRectF sentenceRect = sentencePlace(); !sentenceRect.isEmpty()) {
        places.push_back(sentenceRect);
    }
    return places;
}

void RunPlots::Private::paintLossLabels(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QColor ground = groundAt(static_cast<double>(now()));
    for (const CurveEnd& end : curveEnds()) {
        write(painter, end.place, end.label, ground);
        const double left = end.place.left() - keyWidth;
        const double middle = end.place.center().y();
        QColor raw = theme.loss;
        raw.setAlphaF(0.4F);
        switch (end.curve) {
        case PlotCurve::Evaluation: drawDiamond(painter, {left + 6.0, middle}, 4.0, theme.eval); break;
        case PlotCurve::Raw: drawLevel(painter, middle, left + 1.0, left + 11.0, raw, 4.0); break;
        default: drawLevel(painter, middle, left + 1.0, left + 11.0, theme.loss, 2.0); break;
        }
    }
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
    if (at < steps.low || at > steps.high || !isShown(PlotCurve::Orthogonality)) {
        return;
    }
    const Label label {formatShort(value), theme.text2, true};
    const double width = widthOf(label);
    const bool flipped = xOf(at) + 6.0 + width > rect.right();
    const double y = flipped ? orthY(value) - lineHeight - 6.0 : orthY(value) - lineHeight / 2.0;
    const double top = std::clamp(y, rect.top(), rect.bottom() - lineHeight);
    write(painter, {flipped ? xOf(at) - 6.0 - width : xOf(at) + 6.0, top, width, lineHeight}, label, groundAt(at));
}

QRectF RunPlots::Private::offTheBudget(const QRectF& label, std::span<const QRectF> taken) const
{
    const QRectF rect = rectOf(m_budgetRect);
    const auto last = static_cast<double>(now());
    const auto y = [&](double x) { // the kept triplets as far as they are known, then the plan
        const double step = steps.low + (x - rect.left()) / std::max(1.0, rect.width()) * (steps.high - steps.low);
        const double kept = step <= last ? curves.keptAt(step) : NAN;
        return budgetY(std::isfinite(kept) ? kept : curves.plan().budgetAt(step));
    };
    const double left = std::max(label.left() - 2.0, rect.left());
    const CurveBand band = bandOf(left, std::max(left, std::min(label.right() + 2.0, rect.right())), y);
    return {label.left(), clearOfCurve(label, band, rect, taken), label.width(), label.height()};
}

QString RunPlots::Private::shownKeptWords() const
{
    const double kept = shown < 0 || !isShown(PlotCurve::Kept) ? NAN : curves.keptAt(static_cast<double>(shown));
    return std::isfinite(kept) ? RunPlots::tr("%1 kept").arg(formatCount(std::llround(kept))) : QString();
}

QRectF RunPlots::Private::shownKeptLabel() const
{
    const auto at = static_cast<double>(shown);
    const QString words = shownKeptWords();
    if (words.isEmpty() || at < steps.low || at > steps.high) {
        return {};
    }
    const double width = tabularWidth(Fonts::captionBold(), words);
    const double x = xOf(at);
    const bool flipped = x + 6.0 + width > rectOf(m_budgetRect).right();
    const double y = budgetY(curves.keptAt(at));
    // The budget falls: right of the point it is lower, left of it higher.
    return offTheBudget(
        {flipped ? x - 6.0 - width : x + 6.0, flipped ? y + 5.0 : y - lineHeight - 5.0, width, lineHeight}, {});
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
    std::vector<QRectF> taken {shownKeptLabel()};
    if (std::isfinite(kept) && isShown(PlotCurve::Kept) && at >= steps.low && at <= steps.high) {
        const Label figure {formatCount(std::llround(kept)), theme.text, true};
        const Label mean {plan.matrices > 0
                ? RunPlots::tr("mean rank %1").arg(formatMeanRank(kept / static_cast<double>(plan.matrices)))
                : QString(),
            theme.text2, false};
        const bool flipped = xOf(at) + 6.0 + widthOf(figure) > rect.right();
        const bool both = flipped || xOf(at) + 10.0 + widthOf(figure) + widthOf(mean) <= rect.right();
        const double width = widthOf(figure) + (both ? 4.0 + widthOf(mean) : 0.0);
        const double left = flipped ? std::max(rect.left() + 2.0, xOf(at) - 6.0 - width) : xOf(at) + 6.0;
        const double wanted = budgetY(kept) + (flipped ? 4.0 : -lineHeight - 4.0);
        const QRectF place = offTheBudget({left, wanted, width, lineHeight}, taken);
        const double top = place.top();
        taken.push_back(place);
        write(painter, {left, top, widthOf(figure) + 4.0, lineHeight}, figure, groundAt(at));
        if (both) {
            write(painter, {left + widthOf(figure) + 4.0, top, widthOf(mean), lineHeight}, mean, groundAt(at));
        }
    }
    const auto place = [&](const QRectF& wanted, const QString& text, double step) {
        const QRectF where = offTheBudget(wanted, taken);
        const bool inside
            = where.left() >= rect.left() && where.right() <= rect.right() + 0.5 && where.bottom() < rect.bottom();
        const double nowX = curves.loss().isEmpty() ? -100.0 : xOf(at);
        const bool crossed = nowX > where.left() - 3.0 && nowX < where.right() + 3.0;
        const QRectF around = where.adjusted(-4.0, -1.0, 4.0, 1.0);
        const auto meets = [&around](const QRectF& other) { return other.intersects(around); };
        if (inside && !crossed && std::none_of(taken.begin(), taken.end(), meets)) {
            write(painter, where, {text, theme.text3, false}, groundAt(step));
            taken.push_back(where);
        }
    };
    if (plan.matrices > 0 && plan.initRank > 0) {
        const double mean = static_cast<double>(plan.initialBudget) / static_cast<double>(plan.matrices);
        const QString text = plan.hasRankMap
            ? RunPlots::tr("mean %1 × %2").arg(formatMeanRank(mean), formatCount(plan.matrices))
            : RunPlots::tr("init %1 × %2").arg(plan.initRank).arg(formatCount(plan.matrices));
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
