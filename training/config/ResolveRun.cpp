// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/config/Validation.h"

#include <algorithm>
#include <cmath>
#include <ranges>

namespace spectune {

namespace {

/// T: train.steps, or all steps of the epochs (an epoch's last batch may be smaller); 0 while neither is known.
std::int64_t totalSteps(const TrainConfig& train, std::int64_t samples)
{
    if (train.steps > 0)
        return train.steps;
    if (samples <= 0)
        return 0;
    const std::int64_t batch = std::max<std::int64_t>(train.batchSize, 1);
    const std::int64_t batches = (samples - 1) / batch + 1;
    const double steps = train.epochs * static_cast<double>(batches);
    // 0.07 · 100 is 7.000000000000001 in binary and means 7.
    const double whole = std::ceil(steps - 1e-9 * steps);
    return static_cast<std::int64_t>(std::clamp(whole, 1.0, 1e15));
}

/// round(1.5 · rank)
std::int64_t oneAndAHalf(std::int64_t rank)
{
    return (3 * rank + 1) / 2;
}

std::int64_t initialRank(const RunConfig& config, const RunFacts& facts)
{
    const AdaLoraConfig& adalora = config.adalora;
    if (adalora.initRank)
        return *adalora.initRank;
    if (usesRankMap(config))
        return std::max<std::int64_t>(1, std::ranges::max(adalora.rankMap | std::views::values));
    if (!allocatesBudget(config.method))
        return adalora.targetRank;
    std::int64_t mean = adalora.targetRank;
    std::int64_t rank = oneAndAHalf(mean);
    if (adalora.totalBudget && facts.matrices > 0 && *adalora.totalBudget >= rank * facts.matrices) {
        mean = *adalora.totalBudget / facts.matrices; // a budget given directly needs a start above it
        rank = oneAndAHalf(mean + 1);
    }
    if (facts.smallestSide > mean)
        rank = std::min(rank, facts.smallestSide);
    return rank;
}

/// b0. @pre the rank map names adapted matrices alone
std::int64_t tripletsAtStart(const RunConfig& config, std::int64_t initRank, std::int64_t matrices)
{
    if (!usesRankMap(config) || matrices == 0)
        return initRank * matrices;
    const RankMap& map = config.adalora.rankMap;
    std::int64_t triplets = initRank * std::max<std::int64_t>(0, matrices - static_cast<std::int64_t>(map.size()));
    for (const auto& [name, rank] : map)
        triplets += rank;
    return triplets;
}

BudgetSchedule constantSchedule(std::int64_t steps, std::int64_t budget)
{
    return {.totalSteps = steps,
        .warmUpEnd = steps,
        .finalSteps = 0,
        .interval = 1,
        .initialBudget = budget,
        .targetBudget = budget};
}

/// Derived values give way to given ones, so that 0 ≤ ti < T − tf and tf ≥ 1 hold wherever they can.
BudgetSchedule fallingSchedule(const AdaLoraConfig& adalora, std::int64_t steps)
{
    constexpr std::int64_t one = 1;
    const std::int64_t tf = adalora.tf.value_or(std::max(one, std::min(steps / 2, steps - adalora.ti.value_or(0) - 1)));
    const std::int64_t ti = adalora.ti.value_or(std::max<std::int64_t>(0, std::min(steps / 10, steps - tf - 1)));
    return {.totalSteps = steps,
        .warmUpEnd = ti,
        .finalSteps = tf,
        .interval = adalora.deltaT.value_or(std::max(one, steps / 1000))};
}

} // namespace

ResolvedRun resolveRun(const RunConfig& config, const RunFacts& facts)
{
    const AdaLoraConfig& adalora = config.adalora;
    ResolvedRun run;
    run.totalSteps = totalSteps(config.train, facts.samples);
    run.matrices = facts.matrices;
    run.initRank = initialRank(config, facts);
    const auto rank = static_cast<double>(run.initRank);
    run.alpha = adalora.alpha.value_or(2.0 * rank);
    run.scale = run.alpha / (hasLambda(config.method) ? rank + 1e-5 : rank);

    const std::int64_t initialBudget = tripletsAtStart(config, run.initRank, facts.matrices);
    if (!allocatesBudget(config.method)) {
        run.schedule = constantSchedule(run.totalSteps, initialBudget);
        return run;
    }
    run.schedule = fallingSchedule(adalora, run.totalSteps);
    run.schedule.initialBudget = initialBudget;
    run.schedule.targetBudget = adalora.totalBudget.value_or(adalora.targetRank * facts.matrices);
    return run;
}

std::int64_t initialRankOf(const RunConfig& config, const ResolvedRun& resolved, const std::string& name)
{
    const RankMap& map = config.adalora.rankMap;
    const auto found = usesRankMap(config) ? map.find(name) : map.end();
    return found == map.end() ? resolved.initRank : found->second;
}

RunConfig withResolved(RunConfig config, const ResolvedRun& resolved)
{
    config.train.steps = resolved.totalSteps;
    config.adalora.initRank = resolved.initRank;
    config.adalora.alpha = resolved.alpha;
    if (allocatesBudget(config.method)) {
        config.adalora.totalBudget = resolved.schedule.targetBudget;
        config.adalora.ti = resolved.schedule.warmUpEnd;
        config.adalora.tf = resolved.schedule.finalSteps;
        config.adalora.deltaT = resolved.schedule.interval;
    }
    return config;
}

} // namespace spectune
