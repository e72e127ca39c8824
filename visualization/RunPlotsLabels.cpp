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
    for (const PlacedLabel& moment : momentLabels()) {
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
    for (const CurveEnd& end : curveEnds()) {
        const double left = end.place.left() - keyWidth;
        paintPhases(painter, {left, end.place.top(), keyWidth, end.place.height()});
        write(painter, end.place, end.label);
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

std::vector<PlacedLabel> RunPlots::Private::orthLabels() const
{
    const Theme& theme = Theme::current();
    const QRectF rect = rectOf(m_orthRect);
    const auto at = static_cast<double>(now());
    const double gamma = curves.plan().gamma > 0.0 ? curves.plan().gamma : 1.0;
    const double value = curves.orth().valueAt(at) * gamma;
    if (orth.ticks.empty() || !(value > 0.0)) {
        const Label none {RunPlots::tr("this method has no orthogonality term"), theme.text3, false};
        const double width = widthOf(none);
        return {{none, {rect.center().x() - width / 2.0, rect.center().y() - lineHeight / 2.0, width, lineHeight}}};
    }
    if (at < steps.low || at > steps.high || !isShown(PlotCurve::Orthogonality)) {
        return {};
    }
    const Label label {formatShort(value), theme.text2, true};
    const double width = widthOf(label);
    const bool flipped = xOf(at) + 6.0 + width > rect.right();
    const double y = flipped ? orthY(value) - lineHeight - 6.0 : orthY(value) - lineHeight / 2.0;
    const double top = std::clamp(y, rect.top(), rect.bottom() - lineHeight);
    return {{label, {flipped ? xOf(at) - 6.0 - width : xOf(at) + 6.0, top, width, lineHeight}}};
}

void RunPlots::Private::paintOrthLabel(QPainter& painter) const
{
    for (const PlacedLabel& label : orthLabels()) {
        write(painter, label.place, label.label);
    }
}

} // namespace spectune
