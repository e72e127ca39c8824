// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/TrainingLoop.h"

#include "training/core/AtomicFile.h"
#include "training/core/Error.h"
#include "training/io/AdapterFiles.h"
#include "training/loop/Device.h"
#include "training/loop/Evaluator.h"
#include "training/loop/SnapshotBuilder.h"
#include "training/monitor/SnapshotEvent.h"

#include <algorithm>
#include <system_error>

namespace spectune {

namespace {

/// Not even the first step could be taken, before which nothing is learnt: no learning rate mends that.
[[noreturn]] void explainNoStep(const Error& divergence, const std::string& model)
{
    const std::string weight = weightThatIsNotFinite(model);
    if (weight.empty())
        throw Error(divergence.kind(),
            makeMessage(
                "No step of the run had a finite loss and a finite gradient, the first one neither; optim.lr is not "
                "why. Check that %1 gives finite numbers without an adapter, and adalora.init_from, if it is set.",
                model));
    throw ioError(
        "%1: the weight %2 has values that are not finite, so no loss of this model is. Get or make it again.", model,
        weight);
}

} // namespace

TrainingLoop::TrainingLoop(RunContext& context, RunControl& control)
    : m_context(context)
    , m_control(control)
    , m_edits(context, control)
    , m_guard(context.base.model->spec().vocabulary, context.position.lossLimit)
    , m_step(context.position.step)
    , m_position(context.batcher->position())
    , m_ahead([this] { return nextBatch(); }, context.base.model->options().device())
{
    if (!context.folder)
        return;
    const bool hasScores = allocatesBudget(context.config.method);
    if (hasScores || hasLambda(context.config.method)) // of plain LoRA there is nothing that moves
        m_momentEvery = ReplayWriter::momentInterval(context.trainer->layout(), context.resolved.totalSteps, hasScores);
    m_start -= std::chrono::duration_cast<std::chrono::steady_clock::duration>(
        std::chrono::duration<double>(context.folder->secondsBefore()));
    m_evaluatedAt = context.folder->evaluatedAt();
}

RunOutcome TrainingLoop::run()
{
    log(makeMessage("Started at step %1 of %2 on %3.", m_step, m_context.resolved.totalSteps, m_context.deviceName));
    if (m_context.folder) // behind the line above, which readers of the log look for at its beginning
        for (const Message& text : m_context.notes)
            persist({}, [&] { m_context.folder->log(text.english()); });
    publish();
    RunOutcome outcome = RunOutcome::Finished;
    try { // whatever fails here must not cost the steps before it
        outcome = takeSteps();
    } catch (const Error& error) {
        if (error.kind() != FailureKind::Diverged)
            saveAfterFailure();
        else if (m_guard.limit() == 0.0 && m_context.position.step == 0)
            explainNoStep(error, m_context.base.path);
        throw;
    } catch (const std::exception&) {
        saveAfterFailure();
        throw;
    }
    return finish(outcome);
}

RunOutcome TrainingLoop::takeSteps()
{
    bool goesOn = true;
    if (m_step > 0 && m_step < m_context.resolved.totalSteps && due(m_context.config.train.evalEvery))
        goesOn = evaluate(); // a stop or a failure kept it from being made before
    m_edits.takeWaiting(m_step);
    while (goesOn && m_step < m_context.resolved.totalSteps) {
        train();
        if (due(m_context.config.train.evalEvery))
            evaluate();
        if (due(m_context.config.train.saveEvery))
            save();
        goesOn = obey();
    }
    return goesOn ? RunOutcome::Finished : RunOutcome::Stopped;
}

PreparedBatch TrainingLoop::nextBatch()
{
    PreparedBatch batch = m_context.trainer->prepare(m_context.batcher->next());
    batch.after = m_context.batcher->position();
    return batch;
}

void TrainingLoop::train()
{
    const PreparedBatch batch = m_ahead.take();
    const StepResult result = m_context.trainer->step(m_step, batch, [this] {
        if (m_step + 1 < m_context.resolved.totalSteps)
            m_ahead.prepare();
    });
    ++m_step;
    m_position = batch.after; // until here the batch counts as not trained, and comes again after a resume
    report(result);
    if (const Message notice = m_context.trainer->notice(); !notice.empty())
        log(notice);
    m_guard.check(m_step, result);
}

void TrainingLoop::saveAfterFailure()
{
    // Memory that ran out in a step's forward or backward has changed nothing yet, and dropout's draws were put back:
    // that state is worth keeping.
    if (!m_context.trainer->isConsistent() || m_step <= m_context.position.step)
        return;
    try {
        save();
    } catch (const std::exception&) {
        m_control.post(LogLine {Failure::fromCurrentException().message});
    }
}

void TrainingLoop::report(const StepResult& result)
{
    const std::int64_t budget = m_context.resolved.schedule.budgetAt(m_step - 1);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - m_start).count();
    const MetricPoint point {.step = m_step,
        .loss = result.loss,
        .orth = result.orth,
        .lr = result.lr,
        .budget = budget,
        .gradNorm = result.gradNorm,
        .tokens = result.tokens,
        .seconds = seconds,
        .skipped = result.skipped.english()};
    persist({}, [&] { m_context.folder->append(point); });
    m_control.post(point);
    if (!result.skipped.empty())
        log(makeMessage("Step %1 was skipped: %2.", m_step, result.skipped));
    std::shared_ptr<const RankSnapshot> snapshot; // one for the replay and the views: it waits for the device
    if (result.masked) {
        snapshot = buildSnapshot(*m_context.trainer, m_step, budget);
        MaskEvent event = maskEventOf(*snapshot);
        if (m_context.folder)
            persist({}, [&] { m_context.folder->append(event, m_context.trainer->layout()); });
        keepReplay([&snapshot](RunFolder& folder) { folder.append(*snapshot); });
        m_control.post(std::move(event));
    } else if (m_keepsReplay && due(m_momentEvery)) {
        snapshot = buildSnapshot(*m_context.trainer, m_step, budget);
        keepReplay([&snapshot](RunFolder& folder) { folder.appendMoment(*snapshot); });
    }
    if (m_control.snapshotDue())
        m_control.publish(snapshot ? std::move(snapshot) : buildSnapshot(*m_context.trainer, m_step, budget));
}

void TrainingLoop::keepReplay(const std::function<void(RunFolder&)>& write)
{
    if (!m_context.folder || !m_keepsReplay)
        return;
    Message text;
    try {
        write(*m_context.folder);
        return;
    } catch (const std::exception&) {
        text = makeMessage(
            "From here on this run cannot be replayed: %1", Failure::fromCurrentException(m_step).message);
    }
    m_keepsReplay = false;
    m_control.post(LogLine {text});
    try {
        m_context.folder->log(text.english());
    } catch (const Error& fault) {
        m_control.post(LogLine {fault.message()});
    }
}

bool TrainingLoop::evaluate()
{
    if (!m_context.evalData || m_evaluatedAt == m_step)
        return true;
    m_control.post(LogLine {makeMessage("Evaluating at step %1…", m_step)});
    const std::int64_t micro = m_context.config.train.microBatchSize;
    EvaluationResult result;
    try {
        result = evaluateLoss(*m_context.base.model, &m_context.trainer->arena().adapters, m_context.evalData,
            micro > 0 ? micro : m_context.config.train.batchSize, m_context.config.train.threads,
            m_control.stopToken());
    } catch (const Stopped&) {
        log(makeMessage("The evaluation at step %1 was stopped; nothing of it is kept.", m_step));
        return false; // the border that follows takes the stop
    }
    m_evaluatedAt = m_step;
    EvalPoint point {.step = m_step, .evalLoss = result.loss, .metrics = {{"perplexity", result.perplexity()}}};
    persist({}, [&] { m_context.folder->append(point); });
    m_control.post(std::move(point));
    return true;
}

void TrainingLoop::save()
{
    if (!m_context.folder || m_savedAt == m_step)
        return;
    const auto path = m_context.folder->checkpoint(m_step);
    persist(makeMessage("Step %1 could not be saved.", m_step), [&] {
        saveCheckpoint(path, *m_context.trainer, m_context.config, m_context.resolved,
            {.step = m_step,
                .data = m_position,
                .lossLimit = m_guard.limit(),
                .samples = m_context.trainData->size(),
                .dataBytes = static_cast<std::int64_t>(m_context.trainData->bytes())});
    });
    m_savedAt = m_step;
    log(makeMessage("Saved %1.", path));
    m_control.post(CheckpointSaved {.step = m_step, .path = path.string()});
}

std::shared_ptr<const RankSnapshot> TrainingLoop::publish()
{
    const std::int64_t last = std::max<std::int64_t>(m_step - 1, 0);
    auto snapshot = buildSnapshot(*m_context.trainer, m_step, m_context.resolved.schedule.budgetAt(last));
    m_control.publish(snapshot);
    return snapshot;
}

bool TrainingLoop::obey()
{
    m_edits.takeWaiting(m_step);
    for (;;) {
        switch (m_control.nextAction(m_step)) {
        case BorderAction::Continue: return true;
        case BorderAction::Save: save(); break;
        case BorderAction::Evaluate: evaluate(); break;
        case BorderAction::Edit: m_edits.takeAsked(m_step); break;
        case BorderAction::Stop: return false;
        }
    }
}

RunOutcome TrainingLoop::finish(RunOutcome outcome)
{
    save();
    const auto end = publish();
    if (m_context.folder) {
        const char* format = hasLambda(m_context.config.method) ? "peft-adalora" : "peft-lora";
        persist(makeMessage("The adapter could not be written; all steps are saved."), [&] {
            std::error_code fault;
            std::filesystem::remove_all(m_context.folder->adapter(), fault); // an earlier stop's
            if (fault)
                throw writeError(m_context.folder->adapter(), fault.value());
            requireVerified(
                writeAdapter(adapterState(*m_context.trainer, m_context.resolved), format, m_context.folder->adapter(),
                    {.baseModel = m_context.config.model.path,
                        .baseLayers = m_context.trainer->layout().layerCount,
                        .config = m_context.config,
                        .resolved = m_context.resolved}));
        });
        keepReplay([this, &end](RunFolder& folder) {
            if (m_momentEvery > 0)
                folder.appendMoment(*end);
            folder.finishReplay();
        });
    }
    if (outcome == RunOutcome::Finished && !evaluate())
        outcome = RunOutcome::Stopped;
    log(outcome == RunOutcome::Finished ? makeMessage("Finished after step %1.", m_step)
                                        : makeMessage("Stopped after step %1.", m_step));
    return outcome;
}

void TrainingLoop::log(const Message& text)
{
    persist({}, [&] { m_context.folder->log(text.english()); });
    m_control.post(LogLine {text});
}

void TrainingLoop::persist(const Message& what, const std::function<void()>& write)
{
    if (!m_context.folder)
        return;
    Message waitedFor;
    for (;;) {
        try {
            write();
            break;
        } catch (const Error& fault) {
            const Message told = what.empty() ? fault.message() : makeMessage("%1 %2", what, fault.message());
            const Failure failure {.kind = fault.kind(), .message = told, .detail = fault.detail(), .step = m_step};
            const bool mendable = fault.kind() == FailureKind::Io && !m_givenUp;
            m_givenUp = m_givenUp || (mendable && !m_control.holdFor(failure));
            if (!mendable || m_givenUp)
                throw Error(fault.kind(), makeMessage("%1%2", told, m_context.folder->howToGoOn()), fault.detail());
            waitedFor = told;
        }
    }
    if (!waitedFor.empty()) // its clock went on meanwhile: who reads the run later should know why
        log(makeMessage("The run waited at step %1 until it could write: %2", m_step, waitedFor));
}

bool TrainingLoop::due(std::int64_t interval) const
{
    return interval > 0 && m_step % interval == 0;
}

} // namespace spectune
