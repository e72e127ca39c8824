// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/Gate.h"
#include "training/session/TrainingEngine.h"

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <utility>

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

/// An engine without tensors that keeps to the contract of TrainingEngine, step for step.
class FakeEngine final : public TrainingEngine {
public:
    explicit FakeEngine(std::shared_ptr<FakeScript> script)
        : m_script(std::move(script))
    {
        ++m_script->alive;
    }
    ~FakeEngine() override { --m_script->alive; }
    FakeEngine(const FakeEngine&) = delete;
    FakeEngine& operator=(const FakeEngine&) = delete;

    RunOutcome run(const RunRequest& request, RunControl& control) override
    {
        ++m_script->runs;
        prepare(request, control);
        for (std::int64_t step = m_script->firstStep; step < m_script->totalSteps;) {
            if (m_script->beforeStep)
                m_script->beforeStep(step);
            m_script->stepping.pass();
            ++m_script->stepsRun;
            ++step;
            report(step, control);
            if (!isToGoOn(step, control))
                return RunOutcome::Stopped;
        }
        return RunOutcome::Finished;
    }

    [[nodiscard]] Answer answer(const Request& request, const RequestContext& context) override
    {
        m_script->answering.pass();
        ++m_script->answers;
        if (m_script->onRequest)
            return m_script->onRequest(request, context);
        ModelSummary summary;
        if (const auto* const inspect = std::get_if<InspectModel>(&request))
            summary.path = inspect->path;
        return summary;
    }

private:
    void prepare(const RunRequest& request, RunControl& control)
    {
        for (std::int64_t stage = 0; stage < m_script->preparationStages; ++stage) {
            control.post(
                PreparationProgress {.stage = "Reading weights", .done = stage, .total = m_script->preparationStages});
            m_script->preparing.pass();
            if (m_script->inPreparation)
                m_script->inPreparation(stage);
            control.stopToken().throwIfStopped();
        }
        m_layout = fakeLayout();
        RunStarted started;
        started.layout = m_layout;
        started.resolved.totalSteps = m_script->announcesTotal ? m_script->totalSteps : 0;
        started.outFolder = request.outFolder;
        started.deviceName = "Fake";
        started.firstStep = m_script->firstStep;
        control.post(std::move(started));
    }

    void report(std::int64_t step, RunControl& control)
    {
        control.post(MetricPoint {.step = step,
            .loss = 1.0 / static_cast<double>(step),
            .orth = 0.0,
            .lr = 1e-3,
            .budget = 16,
            .gradNorm = 1.0,
            .tokens = 10,
            .seconds = 0.0,
            .skipped = {}});
        if (control.snapshotDue()) {
            auto snapshot = std::make_shared<RankSnapshot>();
            snapshot->layout = m_layout;
            snapshot->step = step;
            snapshot->modules.resize(m_layout->modules.size());
            snapshot->triplets.resize(static_cast<std::size_t>(m_layout->tripletCount()));
            control.publish(std::move(snapshot));
            if (m_script->logsSnapshots)
                control.post(LogLine {.text = "snapshot " + std::to_string(step)});
            ++m_script->published;
        } else {
            ++m_script->refused;
        }
        m_script->border.pass();
    }

    /// @returns false for a stop, after saving
    bool isToGoOn(std::int64_t step, RunControl& control)
    {
        while (true) {
            switch (control.nextAction(step)) {
            case BorderAction::Continue: return true;
            case BorderAction::Save: save(step, control); break;
            case BorderAction::Evaluate: evaluate(step, control); break;
            case BorderAction::Stop: save(step, control); return false;
            }
        }
    }

    void evaluate(std::int64_t step, RunControl& control)
    {
        ++m_script->evaluations;
        while (m_script->endlessEvaluation && !control.stopToken().stopRequested())
            std::this_thread::yield();
        if (!m_script->endlessEvaluation)
            control.post(EvalPoint {.step = step, .evalLoss = 1.0, .metrics = {}});
    }

    void save(std::int64_t step, RunControl& control)
    {
        ++m_script->saves;
        control.post(CheckpointSaved {.step = step, .path = "checkpoints/step-" + std::to_string(step)});
    }

    std::shared_ptr<FakeScript> m_script;
    std::shared_ptr<const ModuleLayout> m_layout;
};

[[nodiscard]] inline EngineFactory fakeFactory(std::shared_ptr<FakeScript> script)
{
    return [script = std::move(script)] { return std::make_unique<FakeEngine>(script); };
}

} // namespace spectune::test
