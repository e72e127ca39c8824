// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/FakeEngine.h"

#include <string>
#include <thread>
#include <utility>

namespace spectune::test {

FakeEngine::FakeEngine(std::shared_ptr<FakeScript> script)
    : m_script(std::move(script))
{
    ++m_script->alive;
}

FakeEngine::~FakeEngine()
{
    --m_script->alive;
}

RunOutcome FakeEngine::run(const RunRequest& request, RunControl& control)
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
        write(step, control);
        if (!isToGoOn(step, control))
            return RunOutcome::Stopped;
    }
    return RunOutcome::Finished;
}

Answer FakeEngine::answer(const Request& request, const RequestContext& context)
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

void FakeEngine::prepare(const RunRequest& request, RunControl& control)
{
    for (std::int64_t stage = 0; stage < m_script->preparationStages; ++stage) {
        control.post(PreparationProgress {
            .stage = makeMessage("Reading weights"), .done = stage, .total = m_script->preparationStages});
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
    started.deviceName = Message::verbatim("Fake");
    started.firstStep = m_script->firstStep;
    control.post(std::move(started));
}

void FakeEngine::report(std::int64_t step, RunControl& control)
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
            control.post(LogLine {.text = makeMessage("snapshot %1", step)});
        ++m_script->published;
    } else {
        ++m_script->refused;
    }
    m_script->border.pass();
}

bool FakeEngine::isToGoOn(std::int64_t step, RunControl& control)
{
    while (true) {
        switch (control.nextAction(step)) {
        case BorderAction::Continue: return true;
        case BorderAction::Save: save(step, control); break;
        case BorderAction::Evaluate: evaluate(step, control); break;
        case BorderAction::Edit: edit(step, control); break;
        case BorderAction::Stop: save(step, control); return false;
        }
    }
}

void FakeEngine::evaluate(std::int64_t step, RunControl& control)
{
    ++m_script->evaluations;
    while (m_script->endlessEvaluation && !control.stopToken().stopRequested())
        std::this_thread::yield();
    if (!m_script->endlessEvaluation)
        control.post(EvalPoint {.step = step, .evalLoss = 1.0, .metrics = {}});
}

void FakeEngine::edit(std::int64_t step, RunControl& control)
{
    for (const auto& [key, value] : control.takeEdits())
        control.post(findField(key) != nullptr
                ? RunEvent(EditTaken {{step, key, {}, value}})
                : RunEvent(EditRefused {{key, value}, {FailureKind::Config, Message::verbatim(key + "?"), {}, step}}));
}

void FakeEngine::write(std::int64_t step, RunControl& control)
{
    while (m_script->diskFull) {
        const Failure failure {FailureKind::Io, makeMessage("The disk is full."), {}, step};
        if (!control.holdFor(failure))
            throw Error(failure.kind, failure.message);
    }
}

void FakeEngine::save(std::int64_t step, RunControl& control)
{
    write(step, control);
    ++m_script->saves;
    control.post(CheckpointSaved {.step = step, .path = "checkpoints/step-" + std::to_string(step)});
}

EngineFactory fakeFactory(std::shared_ptr<FakeScript> script)
{
    return [script = std::move(script)] { return std::make_unique<FakeEngine>(script); };
}

} // namespace spectune::test
