// SPDX-License-Identifier: GPL-3.0-or-later
// The words in the budget's plot.
#include "visualization/Fonts.h"
#include "visualization/LabelPlace.h"
#include "visualization/NumberFormat.h"
#include "visualization/QCustomPlotQt.h"
#include "visualization/RunPlotsLabel.h"
#include "visualization/RunPlotsPrivate.h"
#include "visualization/Theme.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace spectune {

using namespace plotlabel;

namespace {
constexpr double keptGroundSide = 3.0; ///< of words that a phase's line may run behind, or touch
} // namespace

LabelObstacles RunPlots::Private::budgetObstacles() const
{
    const QRectF rect = rectOf(m_budgetRect);
    LabelObstacles all {.room = rect.adjusted(0.0, 0.0, 0.5, 0.0)};
    const auto upright = [&](std::int64_t step) { all.uprights.push_back(xOf(static_cast<double>(step))); };
    if (curves.plan().prunes()) {
        upright(curves.plan().ti);
        upright(curves.plan().finalStart);
    }
    if (!curves.loss().isEmpty()) {
        upright(now());
    }
    if (shown >= 0) {
        upright(shown);
    }
    all.curve = [this, rect, last = static_cast<double>(now())](double x) {
        const double step = steps.low + (x - rect.left()) / std::max(1.0, rect.width()) * (steps.high - steps.low);
        const double kept = step <= last ? curves.keptAt(step) : NAN; // as far as it is known, then the plan
        return budgetY(std::isfinite(kept) ? kept : curves.plan().budgetAt(step));
    };
    return all;
}

QRectF RunPlots::Private::offTheBudget(const QRectF& label, const LabelObstacles& obstacles) const
{
    const QRectF rect = rectOf(m_budgetRect);
    const double left = std::max(label.left() - keptGroundSide, rect.left());
    const CurveBand band
        = bandOf(left, std::max(left, std::min(label.right() + keptGroundSide, rect.right())), obstacles.curve);
    return {label.left(), clearOfCurve(label, band, rect, obstacles.taken), label.width(), label.height()};
}

/// Of the shown step, and of the last one.
void RunPlots::Private::addKeptLabels(std::vector<PlacedLabel>& labels, LabelObstacles& obstacles) const
{
    const Theme& theme = Theme::current();
    const QRectF rect = rectOf(m_budgetRect);
    const auto keptAt = [this](std::int64_t step) {
        const auto at = static_cast<double>(step);
        const bool inside = step >= 0 && at >= steps.low && at <= steps.high;
        return inside && isShown(PlotCurve::Kept) ? curves.keptAt(at) : NAN;
    };
    if (const double kept = keptAt(shown); std::isfinite(kept)) {
        const Label label {RunPlots::tr("%1 kept").arg(formatCount(std::llround(kept))), theme.focus, true};
        const double x = xOf(static_cast<double>(shown));
        const double width = widthOf(label);
        const bool flipped = x + 6.0 + width > rect.right();
        // The budget falls: right of the point it is lower, left of it higher.
        const double wanted = budgetY(kept) + (flipped ? 5.0 : -lineHeight - 5.0);
        labels.push_back({label,
            offTheBudget({flipped ? x - 6.0 - width : x + 6.0, wanted, width, lineHeight}, obstacles), keptGroundSide});
        obstacles.taken.push_back(labels.back().place);
    }
    const double kept = keptAt(now());
    if (!std::isfinite(kept)) {
        return;
    }
    const std::int64_t matrices = curves.plan().matrices;
    const Label figure {formatCount(std::llround(kept)), theme.text, true};
    const Label mean {matrices > 0
            ? RunPlots::tr("mean rank %1").arg(formatMeanRank(kept / static_cast<double>(matrices)))
            : QString(),
        theme.text2, false};
    const double x = xOf(static_cast<double>(now()));
    const bool flipped = x + 6.0 + widthOf(figure) > rect.right();
    const double whole = widthOf(figure) + 4.0 + widthOf(mean);
    const double from = x - 6.0 - whole - keptGroundSide - 1.0; // left of the last step a line would end at the words
    const bool both = flipped ? std::ranges::none_of(obstacles.uprights, [&](double at) { return at > from && at < x; })
                              : x + 6.0 + whole <= rect.right();
    const double width = widthOf(figure) + (both ? 4.0 + widthOf(mean) : 0.0);
    const double left = flipped ? std::max(rect.left() + 2.0, x - 6.0 - width) : x + 6.0;
    const double wanted = budgetY(kept) + (flipped ? 4.0 : -lineHeight - 4.0);
    const QRectF place = offTheBudget({left, wanted, width, lineHeight}, obstacles);
    obstacles.taken.push_back(place);
    labels.push_back({figure, {left, place.top(), widthOf(figure), lineHeight}, keptGroundSide});
    if (both) {
        labels.push_back(
            {mean, {left + widthOf(figure) + 4.0, place.top(), widthOf(mean), lineHeight}, keptGroundSide});
    }
}

/// What is kept stands at the run's end with the mean rank: the target beside them would say the same once more.
bool RunPlots::Private::endsAtTarget() const
{
    const auto last = static_cast<double>(now());
    const double kept = curves.keptAt(last);
    return now() >= curves.plan().totalSteps && last >= steps.low && last <= steps.high && isShown(PlotCurve::Kept)
        && std::isfinite(kept) && std::llround(kept) == curves.plan().targetBudget;
}

std::vector<PlacedLabel> RunPlots::Private::budgetLabels() const
{
    const Theme& theme = Theme::current();
    const PlotPlan& plan = curves.plan();
    std::vector<PlacedLabel> labels;
    if (plan.initialBudget < 1) {
        return labels;
    }
    LabelObstacles obstacles = budgetObstacles();
    addKeptLabels(labels, obstacles);
    const auto add = [&](const QString& text, std::span<const LabelSpot> spots) {
        const Label label {text, theme.text3, false};
        if (const auto found = firstClear(spots, std::array {widthOf(label)}, lineHeight, obstacles)) {
            labels.push_back({label, found->place});
            obstacles.taken.push_back(found->place);
        }
    };
    const QRectF rect = rectOf(m_budgetRect);
    const double ti = plan.prunes() ? xOf(static_cast<double>(plan.ti)) : rect.left();
    const double end = xOf(static_cast<double>(plan.finalStart));
    if (plan.matrices > 0 && plan.initRank > 0) {
        const double mean = static_cast<double>(plan.initialBudget) / static_cast<double>(plan.matrices);
        const double level = budgetY(static_cast<double>(plan.initialBudget));
        const double above = level - lineHeight - 3.0;
        add(plan.hasRankMap ? RunPlots::tr("mean %1 × %2").arg(formatMeanRank(mean), formatCount(plan.matrices))
                            : RunPlots::tr("init %1 × %2").arg(plan.initRank).arg(formatCount(plan.matrices)),
            std::array<LabelSpot, 2> {{{ti + 8.0, above}, {ti - 8.0, level + 4.0, true}}});
    }
    if (plan.prunes() && plan.matrices > 0 && plan.targetRank > 0.0 && !endsAtTarget()
        && steps.high >= static_cast<double>(plan.finalStart)) {
        const double below = budgetY(static_cast<double>(plan.targetBudget)) + 4.0;
        add(RunPlots::tr("target %1 × %2").arg(formatRank(plan.targetRank), formatCount(plan.matrices)),
            std::array<LabelSpot, 2> {{{rect.right(), below, true}, {end - 8.0, below, true}}});
    }
    return labels;
}

void RunPlots::Private::paintBudgetLabels(QPainter& painter) const
{
    for (const PlacedLabel& label : budgetLabels()) {
        const double side = label.groundSide;
        paintPhases(painter, label.place.adjusted(-side, 0.0, side, 0.0));
        write(painter, label.place, label.label);
    }
}

} // namespace spectune
