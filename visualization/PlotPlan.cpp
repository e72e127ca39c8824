// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/PlotPlan.h"

#include <algorithm>
#include <cmath>

namespace spectune {

std::int64_t PlotPlan::regularCount() const noexcept
{
    if (!prunes() || interval < 1) {
        return 0;
    }
    const std::int64_t first = firstMasking();
    return first < finalStart ? (finalStart - 1 - first) / interval + 1 : 0;
}

std::int64_t PlotPlan::eventCount() const noexcept
{
    const bool last = prunes() && interval >= 1 && finalStart > ti && finalStart < totalSteps;
    return regularCount() + (last ? 1 : 0);
}

std::int64_t PlotPlan::eventAt(std::int64_t index) const noexcept
{
    return (index < regularCount() ? firstMasking() + index * interval : finalStart) + 1;
}

std::int64_t PlotPlan::eventsUntil(std::int64_t step) const noexcept
{
    const std::int64_t count = eventCount();
    if (count == 0 || step < eventAt(0)) {
        return 0;
    }
    if (step >= eventAt(count - 1)) {
        return count;
    }
    return std::min(regularCount(), (step - 1 - firstMasking()) / interval + 1);
}

std::vector<std::int64_t> PlotPlan::eventsApart(double steps) const
{
    std::vector<std::int64_t> events;
    const std::int64_t count = eventCount();
    if (count == 0) {
        return events;
    }
    const auto stride = std::max<std::int64_t>(1, std::llround(std::ceil(steps / static_cast<double>(interval))));
    const std::int64_t regular = regularCount();
    for (std::int64_t index = 0; index < regular; index += stride) {
        events.push_back(eventAt(index));
    }
    const std::int64_t last = eventAt(count - 1);
    if (events.empty() || static_cast<double>(last - events.back()) >= steps) {
        events.push_back(last);
    }
    return events;
}

double PlotPlan::budgetAt(double t) const
{
    if (budgetCurve.empty()) {
        return static_cast<double>(initialBudget);
    }
    const auto after = std::lower_bound(
        budgetCurve.begin(), budgetCurve.end(), t, [](const QPointF& point, double step) { return point.x() < step; });
    if (after == budgetCurve.begin()) {
        return after->y();
    }
    if (after == budgetCurve.end()) {
        return budgetCurve.back().y();
    }
    const QPointF before = *(after - 1);
    return before.y() + (after->y() - before.y()) * (t - before.x()) / (after->x() - before.x());
}

} // namespace spectune
