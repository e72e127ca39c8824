// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/RunEdits.h"

#include "training/core/Error.h"

#include <algorithm>

namespace spectune {

namespace {

std::int64_t matricesOf(const RunContext& context)
{
    return static_cast<std::int64_t>(context.trainer->layout().modules.size());
}

void letWait(RunContext& context, const AppliedEdit& edit, bool recorded)
{
    context.edits.push_back({.edit = edit, .recorded = recorded});
}

/// @returns false where nothing changes @throws Error (Config) where the edit is refused
bool change(RunConfig& config, ResolvedRun& resolved, const WaitingEdit& waiting, std::int64_t stepsDone)
{
    const AppliedEdit& edit = waiting.edit;
    if (!waiting.recorded && !waiting.forced)
        return applyLiveEdit(config, resolved, {.key = edit.key, .value = edit.after}, stepsDone);
    // It was taken before; whether a schedule that was changed since would still allow it is no question.
    const std::int64_t matrices = resolved.matrices;
    const FieldValue before = fieldValue(config, edit.key);
    const std::int64_t budget = resolved.schedule.targetBudget;
    repeatEdit(config, edit, matrices);
    resolved = resolveRun(config, {.matrices = matrices});
    return waiting.recorded || fieldValue(config, edit.key) != before || resolved.schedule.targetBudget != budget;
}

/// An edit holds from the step after its border on. @throws Error (Config) where there is no such step
void checkBeforeTheEnd(const AppliedEdit& edit, std::int64_t totalSteps)
{
    if (edit.step < totalSteps)
        return;
    const Message problem
        = makeMessage("%1 at step %2 would never take effect: the run ends with step %3. Mend the edit "
                      "or remove it.",
            edit.key, edit.step, totalSteps);
    throw configError(edit.line > 0 ? makeMessage("Line %1 of the edits: %2", edit.line, problem) : problem);
}

/// Takes all that waits on copies, so that a refusal comes before any step.
void rehearse(const RunContext& context)
{
    RunConfig config = context.config;
    ResolvedRun resolved = context.resolved;
    for (const WaitingEdit& waiting : context.edits) {
        (void)change(config, resolved, waiting, waiting.edit.step);
    }
}

/// Whether the edit, with its value, stands among the run's own.
bool isKnown(const RunContext& context, const AppliedEdit& edit)
{
    return std::ranges::any_of(
        context.edits, [&edit](const WaitingEdit& known) { return isSameEdit(known.edit, edit); });
}

} // namespace

RunEdits::RunEdits(RunContext& context, RunControl& control)
    : m_context(context)
    , m_control(control)
{
}

void RunEdits::takeWaiting(std::int64_t stepsDone)
{
    while (!m_context.edits.empty() && m_context.edits.front().edit.step <= stepsDone) {
        const WaitingEdit waiting = m_context.edits.front();
        m_context.edits.pop_front();
        take(waiting, stepsDone);
    }
}

void RunEdits::takeAsked(std::int64_t stepsDone)
{
    for (LiveEdit& edit : m_control.takeEdits()) {
        try {
            checkBeforeTheEnd(
                {.step = stepsDone, .key = edit.key, .before = {}, .after = {}}, m_context.resolved.totalSteps);
            take({.edit = {.step = stepsDone, .key = edit.key, .before = {}, .after = edit.value}, .recorded = false},
                stepsDone);
        } catch (const Error& error) {
            if (error.kind() != FailureKind::Config && error.kind() != FailureKind::Io)
                throw;
            m_control.post(EditRefused {.edit = std::move(edit), .failure = Failure::fromCurrentException(stepsDone)});
        }
    }
}

void RunEdits::take(const WaitingEdit& waiting, std::int64_t stepsDone)
{
    const std::string& key = waiting.edit.key;
    RunConfig config = m_context.config;
    ResolvedRun resolved = m_context.resolved;
    const bool changes = change(config, resolved, waiting, stepsDone);
    const bool isNews = changes && !waiting.recorded;
    const AppliedEdit applied {
        .step = stepsDone, .key = key, .before = fieldValue(m_context.config, key), .after = fieldValue(config, key)};
    if (isNews && m_context.folder)
        m_context.folder->append(applied); // first: what the folder does not tell must not happen
    if (changes) {
        m_context.config = config;
        m_context.resolved = resolved;
        m_context.trainer->edit(config, resolved);
    }
    if (isNews) {
        // A target rank that an edit of the triplets' number had gone over stands there unchanged, and holds anew.
        const bool again = applied.before == applied.after;
        tell(again ? makeMessage("From step %1 on %2 is %3 again.", stepsDone + 1, key, toText(applied.after))
                   : makeMessage("From step %1 on %2 is %3; it was %4.", stepsDone + 1, key, toText(applied.after),
                       toText(applied.before)));
    }
    m_control.post(EditTaken {.edit = applied, .changed = changes});
}

void RunEdits::tell(const Message& text)
{
    try {
        if (m_context.folder)
            m_context.folder->log(text.english());
    } catch (const Error& fault) {
        m_control.post(LogLine {fault.message()});
    }
    m_control.post(LogLine {text});
}

void scheduleEdits(RunContext& context, const std::vector<AppliedEdit>& edits)
{
    for (const AppliedEdit& edit : edits) {
        checkBeforeTheEnd(edit, context.resolved.totalSteps);
        letWait(context, edit, false);
    }
    rehearse(context);
}

RunConfig continueEdits(RunContext& context, const RunConfig& begun, const std::vector<AppliedEdit>& taken,
    const std::vector<AppliedEdit>& edits)
{
    const std::int64_t step = context.position.step;
    const std::int64_t matrices = matricesOf(context);
    const RunConfig given = context.config;
    RunConfig before = begun; // when the checkpoint's step was done
    RunConfig now = begun; // and after the edits at that very border
    for (const AppliedEdit& edit : taken) {
        if (edit.step > step)
            break; // cut off with all that lies behind the checkpoint
        repeatEdit(now, edit, matrices);
        if (edit.step < step)
            repeatEdit(before, edit, matrices);
        else
            letWait(context, edit, true);
    }
    RunConfig written = given;
    std::vector<AppliedEdit> changes;
    for (const std::string& key : liveKeys()) {
        const FieldValue wanted = fieldValue(given, key);
        const FieldValue first = fieldValue(begun, key);
        if (wanted != first && wanted != fieldValue(now, key))
            changes.push_back({.step = step, .key = key, .before = {}, .after = wanted});
        setFieldValue(context.config, key, fieldValue(before, key));
        setFieldValue(written, key, first);
    }
    context.resolved = resolveRun(context.config, {.matrices = matrices});
    for (const AppliedEdit& change : changes) {
        letWait(context, change, false);
        try {
            rehearse(context);
        } catch (const Error&) { // no edit, but another start: as whenever a run is resumed with other settings
            context.edits.back().forced = true;
        }
    }
    for (const AppliedEdit& edit : edits) {
        if (edit.step < step || isKnown(context, edit))
            continue;
        checkBeforeTheEnd(edit, context.resolved.totalSteps);
        letWait(context, edit, false);
    }
    rehearse(context);
    context.trainer->edit(context.config, context.resolved);
    return written;
}

} // namespace spectune
