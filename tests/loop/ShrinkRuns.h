// SPDX-License-Identifier: GPL-3.0-or-later
// Small runs, in float64 where a test says nothing else, with a budget that falls to a third, with and without
// adalora.shrink.
#pragma once

#include "tests/nn/SmallModels.h"
#include "training/loop/RunContext.h"
#include "training/loop/Trainer.h"

#include <memory>
#include <vector>

namespace spectune::testing {

inline constexpr std::int64_t shrinkSteps = 24;
inline constexpr std::int64_t finalPhase = 10;
/// T − tf, after which the arena shrinks.
inline constexpr std::int64_t lastMask = shrinkSteps - finalPhase;

/// Rows of a test: the methods whose arena shrinks.
inline void addShrinkingMethods()
{
    QTest::addColumn<int>("methodNumber");
    QTest::newRow("adalora") << static_cast<int>(Method::AdaLora);
    QTest::newRow("prune-lora") << static_cast<int>(Method::PruneLora);
}

/// 14 matrices whose mean rank falls from 6 to 2; no γ, no clipping.
inline RunConfig shrinkConfig(bool shrinks, Method method = Method::AdaLora)
{
    RunConfig config;
    config.train = {.seed = 5, .steps = shrinkSteps, .batchSize = 4, .dtype = ElementType::Float64, .threads = 1};
    config.optim.lr = 0.02;
    config.optim.maxGradNorm = 0.0;
    config.method = method;
    config.adalora.initRank = allocatesBudget(method) ? 6 : 2;
    config.adalora.targetRank = 2;
    config.adalora.alpha = 24.0;
    config.adalora.gamma = 0.0;
    if (allocatesBudget(method)) {
        config.adalora.ti = 3;
        config.adalora.tf = finalPhase;
        config.adalora.deltaT = 2;
    }
    config.adalora.shrink = shrinks;
    return config;
}

inline std::unique_ptr<Trainer> shrinkTrainer(const RunConfig& config)
{
    prepareThread(at::kCPU, config.train.threads);
    const auto model = modelOf({}, scalarType(config.train.dtype));
    const ResolvedRun resolved = resolveRun(config, factsOf(model->spec(), config));
    const auto layout = std::make_shared<const ModuleLayout>(
        adaptedLayout(model->spec(), TargetSelection::of(config.adalora), resolved.initRank));
    return std::make_unique<Trainer>(model, layout, config, resolved);
}

/// Two batches in turn, so that there is something to learn.
inline Batch shrinkBatch(std::int64_t t)
{
    return mixedBatch(static_cast<std::uint64_t>(200 + t % 2));
}

/// Steps from @p from to before @p to.
inline std::vector<StepResult> stepsOf(Trainer& trainer, std::int64_t from, std::int64_t to)
{
    std::vector<StepResult> results;
    for (std::int64_t t = from; t < to; ++t)
        results.push_back(trainer.step(t, shrinkBatch(t)));
    return results;
}

} // namespace spectune::testing
