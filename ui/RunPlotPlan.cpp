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
    plan.targetRank = plan.matrices > 0 ? static_cast<double>(plan.targetBudget) / static_cast<double>(plan.matrices)
                                        : static_cast<double>(config.adalora.targetRank);
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

} // namespace spectune
