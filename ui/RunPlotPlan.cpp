// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunPlotPlan.h"

#include "ui/EditedRun.h"

#include <algorithm>

namespace spectune {

PlotPlan plotPlan(const RunConfig& config, const ResolvedRun& resolved, std::int64_t matrices, const EditedRun* held)
{
    PlotPlan plan;
    const BudgetSchedule& schedule = resolved.schedule;
    plan.totalSteps = resolved.totalSteps;
    plan.ti = schedule.warmUpEnd;
    plan.finalStart = schedule.finalStart();
    plan.gamma = config.adalora.gamma;
    plan.interval = std::max<std::int64_t>(schedule.interval, 1);
    plan.initialBudget = schedule.initialBudget;
    plan.targetBudget = schedule.targetBudget;
    plan.matrices = matrices;
    plan.initRank = static_cast<int>(resolved.initRank);
    plan.hasRankMap = usesRankMap(config);
    plan.targetRank = targetRankOf(config, resolved, matrices);
    if (plan.totalSteps <= 0 || plan.initialBudget <= 0)
        return plan;
    constexpr std::int64_t points = 300;
    for (std::int64_t i = 0; i <= points; ++i) {
        const std::int64_t t = plan.totalSteps * i / points;
        const BudgetSchedule& then = held != nullptr ? held->scheduleAt(t) : schedule;
        plan.budgetCurve.emplace_back(static_cast<double>(t), static_cast<double>(then.budgetAt(t)));
    }
    return plan;
}

double targetRankOf(const RunConfig& config, const ResolvedRun& resolved, std::int64_t matrices)
{
    return matrices > 0 ? static_cast<double>(resolved.schedule.targetBudget) / static_cast<double>(matrices)
                        : static_cast<double>(config.adalora.targetRank);
}

std::int64_t firstBelow(const BudgetSchedule& schedule, std::int64_t budget, std::int64_t from)
{
    for (std::int64_t end = schedule.totalSteps; from < end;) {
        const std::int64_t middle = from + (end - from) / 2;
        if (schedule.budgetAt(middle) < budget)
            end = middle;
        else
            from = middle + 1;
    }
    return from;
}

} // namespace spectune
