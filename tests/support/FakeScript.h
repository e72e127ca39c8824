// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/Gate.h"
#include "training/session/TrainingEngine.h"

#include <atomic>
#include <functional>
#include <memory>
#include <string>

namespace spectune::test {

/// What a FakeEngine does, and what it has done. Shared by the test and the engine; set the plan before the start.
struct FakeScript {
    // The plan.
    std::int64_t firstStep = 0;
    std::int64_t totalSteps = 10;
    std::int64_t preparationStages = 3;
    bool announcesTotal = true; ///< in RunStarted
    bool logsSnapshots = false; ///< a LogLine "snapshot N" for each, to place them among the events
    bool endlessEvaluation = false; ///< it ends with a stop alone
    std::function<void(std::int64_t step)> beforeStep; ///< may throw; step: steps done before it
    std::function<void(std::int64_t stage)> inPreparation; ///< may throw
    std::function<Answer(const Request&, const RequestContext&)> onRequest; ///< may throw; empty: a ModelSummary
    std::atomic<bool> diskFull {false}; ///< nothing can be written after a step, and no checkpoint
    Gate preparing; ///< passed in every stage of the preparation
    Gate stepping; ///< passed in every step
    Gate border; ///< passed between a step's snapshot and nextAction()
    Gate answering; ///< passed in every request

    // What happened.
    std::atomic<std::int64_t> stepsRun {0};
    std::atomic<std::int64_t> saves {0};
    std::atomic<std::int64_t> evaluations {0};
    std::atomic<std::int64_t> published {0};
    std::atomic<std::int64_t> refused {0}; ///< snapshotDue() said no
    std::atomic<std::int64_t> answers {0};
    std::atomic<std::int64_t> runs {0};
    std::atomic<std::int64_t> alive {0}; ///< engines

    void openAll()
    {
        preparing.open();
        stepping.open();
        border.open();
        answering.open();
    }
};

/// A layout of @p layers × {q_proj, v_proj}, for fakes.
[[nodiscard]] inline std::shared_ptr<const ModuleLayout> fakeLayout(std::int64_t layers = 2, std::int64_t initRank = 4)
{
    auto layout = std::make_shared<ModuleLayout>();
    layout->kinds = {"q_proj", "v_proj"};
    layout->layerCount = layers;
    layout->initRank = initRank;
    for (std::int32_t layer = 0; layer < layers; ++layer)
        for (std::int32_t kind = 0; kind < 2; ++kind)
            layout->modules.push_back({
                .name = "model.layers." + std::to_string(layer) + ".self_attn."
                    + layout->kinds[static_cast<std::size_t>(kind)],
                .layer = LayerIndex {layer},
                .kind = KindIndex {kind},
                .inFeatures = 8,
                .outFeatures = 8,
            });
    return layout;
}

} // namespace spectune::test
