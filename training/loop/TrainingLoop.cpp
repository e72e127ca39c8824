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
#include <cmath>
#include <system_error>

namespace spectune {

DivergenceGuard::DivergenceGuard(std::int64_t vocabulary, double limit)
    : m_guessing(std::log(static_cast<double>(std::max<std::int64_t>(vocabulary, 2))))
    , m_limit(limit)
{
}

bool DivergenceGuard::isDead(const StepResult& result) const
{
    // Numbers that grew beyond float32 leave logits that are all the same, whatever the batch; losses of a model that
    // merely knows nothing differ from batch to batch. Without the regularizer the gradient may tell, but it is 0 as
    // well where all answers are right.
    constexpr double rounding = 1e-6;
    const bool sameLogits = std::abs(result.loss - m_guessing) <= rounding * m_guessing;
    return sameLogits || (result.gradNorm == 0.0 && result.loss > m_guessing);
}

void DivergenceGuard::check(std::int64_t step, const StepResult& result)
{
    if (m_limit == 0.0 && result.skipped.empty())
        m_limit = 2.0 * std::max(m_guessing, result.loss);
    m_skipped = result.skipped.empty() ? 0 : m_skipped + 1;
    m_high = result.skipped.empty() && result.loss > m_limit ? m_high + 1 : 0;
    m_dead = result.skipped.empty() && isDead(result) ? m_dead + 1 : 0;
    const Message advice
        = makeMessage("Lower optim.lr, or set optim.max_grad_norm, and start again or resume from a checkpoint.");
    if (m_skipped >= patience)
        throw Error(FailureKind::Diverged,
            makeMessage("The run diverged: %1 for %2 steps in a row, up to step %3. %4", result.skipped, patience, step,
                advice));
    if (m_dead >= patience)
        throw Error(FailureKind::Diverged,
            makeMessage(
                "The run diverged: the loss is no better than guessing, and the triplets no longer change it, for "
                "%1 steps in a row, up to step %2. %3",
                patience, step, advice));
    if (m_high >= patience)
        throw Error(FailureKind::Diverged,
            makeMessage(
                "The run diverged: the loss stayed above %1 for %2 steps in a row, up to step %3; guessing gives "
                "%4. %5",
                std::to_string(m_limit), patience, step, std::to_string(m_guessing), advice));
}

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
    if (m_step > 0 && m_step < m_context.resolved.totalSteps && due(m_context.config.train.evalEvery))
        evaluate(); // a stop or a failure kept it from being made before
    m_edits.takeWaiting(m_step);
    RunOutcome outcome = RunOutcome::Finished;
    while (m_step < m_context.resolved.totalSteps) {
        train();
        if (due(m_context.config.train.evalEvery))
            evaluate();
        if (due(m_context.config.train.saveEvery))
            save();
        if (!obeyOrSave()) {
            outcome = RunOutcome::Stopped;
            break;
        }
    }
    return finish(outcome);
}

bool TrainingLoop::obeyOrSave()
{
    try {
        return obey();
    } catch (const std::exception&) {
        saveAfterFailure();
        throw;
    }
}

PreparedBatch TrainingLoop::nextBatch()
{
    PreparedBatch batch = m_context.trainer->prepare(m_context.batcher->next());
    batch.after = m_context.batcher->position();
    return batch;
}

void TrainingLoop::train()
{
    try {
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
    } catch (const Error& error) {
        if (error.kind() != FailureKind::Diverged)
            saveAfterFailure();
        throw;
    } catch (const std::exception&) {
        saveAfterFailure();
        throw;
    }
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
    } catch (const std::exception&) {
        saveAfterFailure(); // an evaluation that fails must not cost the training before it
        throw;
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
