// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/PlotPlan.h"

#include <algorithm>

namespace spectune {

std::vector<std::int64_t> PlotPlan::plannedEvents() const
{
    std::vector<std::int64_t> steps;
    if (!prunes() || interval < 1) {
        return steps;
    }
    for (std::int64_t t = (ti / interval + 1) * interval; t < finalStart; t += interval) {
        steps.push_back(t + 1);
    }
    if (finalStart > ti && finalStart < totalSteps) {
        steps.push_back(finalStart + 1);
    }
    return steps;
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
