// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/BudgetGeometry.h"

#include "visualization/CurveMath.h"
#include "visualization/Marks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace spectune {

namespace {

constexpr double headroom = 1.13; ///< of the axis above the init rank
constexpr double handleInset = 8.0; ///< a handle does not stand on the plot's edge
constexpr double endAside = 9.0; ///< T's handle stands beside the plot's right edge, that of T − tf below it
constexpr double beyondEnd = 26.0; ///< as far as T's handle goes out of the plot while it is dragged
constexpr double intervalAbove = 15.0; ///< the axis: out of the way of ti and T − tf
constexpr double leastInterval = 26.0; ///< pixels from ti to ΔT's handle, as long as they hold a whole number of ΔT
constexpr double mostIntervals = 1e6; ///< that ΔT's handle stands away from ti
constexpr double largestStep = 1e12; ///< what the fields take
constexpr double infinite = std::numeric_limits<double>::infinity();

} // namespace

BudgetValues BudgetValues::of(const PlotPlan& plan)
{
    BudgetValues values;
    values.totalSteps = plan.totalSteps;
    values.ti = plan.ti;
    values.finalStart = plan.finalStart;
    values.interval = plan.interval;
    values.initRank = plan.initRank;
    values.targetRank = plan.targetRank;
    values.matrices = plan.matrices;
    return values;
}

double BudgetValues::at(BudgetHandle handle) const
{
    switch (handle) {
    case BudgetHandle::InitRank: return initRank;
    case BudgetHandle::TargetRank: return targetRank;
    case BudgetHandle::WarmUpEnd: return static_cast<double>(ti);
    case BudgetHandle::Interval: return static_cast<double>(interval);
    case BudgetHandle::TotalSteps: return static_cast<double>(totalSteps);
    case BudgetHandle::FinalStart: break;
    }
    return static_cast<double>(finalStart);
}

BudgetGeometry BudgetGeometry::compute(
    const QSizeF& size, const BudgetValues& values, const std::optional<BudgetHold>& held)
{
    BudgetGeometry geometry;
    geometry.ground = QRectF(QPointF(0.0, 0.0), size).adjusted(50.0, 26.0, -44.0, -40.0);
    geometry.values = values;
    if (held) {
        geometry.scales = *held;
        return geometry;
    }
    const double highest = std::max({1.0, static_cast<double>(values.initRank), values.targetRank});
    geometry.scales.topRank = highest * headroom;
    geometry.scales.lastStep = static_cast<double>(std::max<std::int64_t>(1, values.totalSteps));
    const double step = geometry.ground.width() / geometry.scales.lastStep;
    const double interval = step * static_cast<double>(std::max<std::int64_t>(1, values.interval));
    geometry.scales.intervals = interval > 0.0
        ? static_cast<int>(std::min(mostIntervals, roundStep(std::max(1.0, leastInterval / interval))))
        : 1;
    return geometry;
}

double BudgetGeometry::xOf(double step) const
{
    return ground.left() + ground.width() * step / scales.lastStep;
}

double BudgetGeometry::yOf(double rank) const
{
    return ground.bottom() - ground.height() * rank / scales.topRank;
}

double BudgetGeometry::yOfBudget(double triplets) const
{
    return yOf(triplets / static_cast<double>(std::max<std::int64_t>(1, values.matrices)));
}

double BudgetGeometry::stepAt(double x) const
{
    return (x - ground.left()) / ground.width() * scales.lastStep;
}

double BudgetGeometry::rankAt(double y) const
{
    return (ground.bottom() - y) / ground.height() * scales.topRank;
}

QRectF BudgetGeometry::run() const
{
    QRectF part = ground;
    part.setRight(std::clamp(xOf(static_cast<double>(values.totalSteps)), ground.left(), ground.right()));
    return part;
}

QRectF BudgetGeometry::cubicPart() const
{
    return partBetween(run(), xOf(static_cast<double>(values.ti)), xOf(static_cast<double>(values.finalStart)));
}

double BudgetGeometry::xOfValue(BudgetHandle handle, double value) const
{
    return handle == BudgetHandle::Interval ? xOf(static_cast<double>(values.ti) + scales.intervals * value)
                                            : xOf(value);
}

QPointF BudgetGeometry::handle(BudgetHandle handle) const
{
    const auto ti = static_cast<double>(values.ti);
    const auto end = static_cast<double>(values.finalStart);
    const auto total = static_cast<double>(values.totalSteps);
    const double left = ground.left() + handleInset;
    const double right = ground.right() - handleInset;
    switch (handle) {
    case BudgetHandle::InitRank:
        return {std::clamp(xOf(ti / 2.0), left, right), std::max(yOf(values.initRank), ground.top())};
    case BudgetHandle::TargetRank:
        return {std::clamp(xOf((end + total) / 2.0), left, right), std::max(yOf(values.targetRank), ground.top())};
    case BudgetHandle::WarmUpEnd: return {std::clamp(xOf(ti), ground.left(), ground.right()), ground.bottom() + 6.0};
    case BudgetHandle::Interval: {
        const double x = xOfValue(handle, static_cast<double>(values.interval));
        return {std::clamp(x, ground.left(), ground.right()), ground.bottom() - intervalAbove};
    }
    case BudgetHandle::TotalSteps:
        return {std::clamp(xOf(total), ground.left(), ground.right() + beyondEnd) + endAside, ground.bottom() + 6.0};
    case BudgetHandle::FinalStart: break;
    }
    return {std::clamp(xOf(end), ground.left(), ground.right()), ground.bottom() + 6.0};
}

std::int64_t BudgetGeometry::valueAt(BudgetHandle handle, QPointF centre) const
{
    constexpr double largest = 9999.0; // more ranks than any matrix has: a drag far above the plot ends there
    if (movesRank(handle))
        return std::llround(std::clamp(rankAt(centre.y()), 1.0, largest));
    constexpr auto mostSteps = static_cast<std::int64_t>(largestStep);
    if (handle == BudgetHandle::TotalSteps)
        return std::clamp<std::int64_t>(std::llround(stepAt(centre.x() - endAside)), 1, mostSteps);
    if (handle == BudgetHandle::Interval) {
        const double steps = stepAt(centre.x()) - static_cast<double>(values.ti);
        return std::clamp<std::int64_t>(std::llround(steps / scales.intervals), 1, mostSteps);
    }
    // tf is 1 at least, so T − tf ends before T.
    const std::int64_t last
        = std::max<std::int64_t>(0, values.totalSteps - (handle == BudgetHandle::FinalStart ? 1 : 0));
    return std::clamp<std::int64_t>(std::llround(stepAt(centre.x())), 0, last);
}

BudgetRange BudgetGeometry::possible(BudgetHandle handle) const
{
    const double side = values.largestRank > 0 ? static_cast<double>(values.largestRank) : infinite;
    const auto steps = static_cast<double>(values.totalSteps);
    switch (handle) {
    case BudgetHandle::InitRank: return {std::floor(values.targetRank) + 1.0, side};
    case BudgetHandle::TargetRank:
        // A mean may lie between two ranks: all below init is possible.
        return {0.0, std::nextafter(values.initGiven ? static_cast<double>(values.initRank) : side, 0.0)};
    case BudgetHandle::WarmUpEnd:
        return {0.0, values.tfGiven ? static_cast<double>(values.finalStart - 1) : steps - 2.0};
    case BudgetHandle::Interval: return {1.0, infinite}; // an interval beyond T − tf leaves the last event alone
    case BudgetHandle::TotalSteps: {
        const double warmUp = values.tiGiven ? static_cast<double>(values.ti) : 0.0;
        const double kept = values.tfGiven ? steps - static_cast<double>(values.finalStart) : 1.0;
        return {warmUp + kept + 1.0, infinite};
    }
    case BudgetHandle::FinalStart: break;
    }
    return {values.tiGiven ? static_cast<double>(values.ti + 1) : 1.0, steps - 1.0};
}

std::optional<BudgetHandle> BudgetGeometry::fault(std::optional<BudgetHandle> moved) const
{
    const auto isFault = [this](BudgetHandle handle) { return !possible(handle).holds(values.at(handle)); };
    // A final phase that alone outlasts the run is the mistake, whatever ti is: the same that validate() tells of.
    const bool isOverlong = values.tfGiven && values.totalSteps > 1 && values.finalStart < 1;
    if (moved && isFault(*moved) && !(isOverlong && *moved == BudgetHandle::WarmUpEnd))
        return moved;
    for (const BudgetHandle handle : std::array {BudgetHandle::TargetRank, BudgetHandle::InitRank,
             isOverlong ? BudgetHandle::FinalStart : BudgetHandle::WarmUpEnd, BudgetHandle::FinalStart,
             BudgetHandle::TotalSteps}) {
        if (isFault(handle))
            return handle;
    }
    return std::nullopt;
}

std::vector<QRectF> BudgetGeometry::impossible(BudgetHandle handle) const
{
    const BudgetRange range = possible(handle);
    std::vector<QRectF> parts;
    const auto add = [&](double left, double top, double right, double bottom) {
        const QRectF part = QRectF(QPointF(left, top), QPointF(right, bottom)).intersected(ground);
        if (left < right && top < bottom && part.width() >= 1.0 && part.height() >= 1.0)
            parts.push_back(part);
    };
    if (movesRank(handle)) {
        if (range.least > 1.0) // a whole rank below the least one
            add(ground.left(), yOf(range.least - 1.0), ground.right(), ground.bottom());
        if (std::isfinite(range.most))
            add(ground.left(), ground.top(), ground.right(), yOf(range.most));
    } else {
        const double from = handle == BudgetHandle::Interval ? xOf(static_cast<double>(values.ti)) : ground.left();
        add(from, ground.top(), xOfValue(handle, range.least - 1.0), ground.bottom());
        if (std::isfinite(range.most))
            add(xOf(range.most + 1.0), ground.top(), ground.right(), ground.bottom());
    }
    return parts;
}

} // namespace spectune
