// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunBarState.h"

#include "ui/RunBar.h"
#include "visualization/NumberFormat.h"

#include <utility>

namespace spectune {

namespace {

RunBarState waiting(const RunBarInput& input)
{
    RunBarState bar;
    bar.mark = StateMark::Ring;
    bar.title = input.setupShown || input.choiceOpen ? RunBar::tr("Not started") : RunBar::tr("Ready");
    bar.action = MainAction::Start;
    bar.main = {true, input.errors == 0, RunBar::tr("Start")};
    return bar;
}

/// A run that waits until it can write: Save would be the same as trying again, and nothing else can be done with it.
RunBarState held(RunBarState bar)
{
    bar.mark = StateMark::Cross;
    bar.title = RunBar::tr("Cannot write");
    bar.main = {true, true, RunBar::tr("Try again")};
    bar.stop.text = RunBar::tr("Give up");
    bar.step.visible = bar.evaluate.visible = bar.save.visible = false;
    bar.showsProgress = false;
    bar.showsFailure = true;
    return bar;
}

RunBarState active(const RunBarInput& input)
{
    RunBarState bar;
    bar.showsProgress = true;
    bar.step = {true, false, RunBar::tr("Step")};
    bar.stop = {true, true, RunBar::tr("Stop")};
    bar.evaluate = {true, true, RunBar::tr("Evaluate")};
    bar.save = {true, true, RunBar::tr("Save")};
    bar.action = MainAction::None;
    switch (input.state) {
    case SessionState::Preparing:
        bar.mark = StateMark::HalfDisc;
        bar.title = RunBar::tr("Preparing");
        bar.main = {true, false, RunBar::tr("Preparing…")};
        bar.stop.text = RunBar::tr("Cancel");
        bar.evaluate.enabled = bar.save.enabled = false;
        break;
    case SessionState::Running:
        bar.mark = StateMark::GreenDisc;
        bar.title = RunBar::tr("Running");
        bar.main = {true, true, RunBar::tr("Pause")};
        bar.action = MainAction::Pause;
        break;
    case SessionState::Pausing:
        bar.mark = StateMark::AmberDisc;
        bar.title = RunBar::tr("Pausing");
        bar.main = {true, false, RunBar::tr("Pausing…")};
        break;
    case SessionState::Paused:
        bar.mark = StateMark::Bars;
        bar.title = RunBar::tr("Paused");
        bar.main = {true, true, RunBar::tr("Resume")};
        bar.action = MainAction::Resume;
        bar.step.enabled = true;
        if (input.held)
            return held(std::move(bar));
        break;
    default:
        bar.mark = StateMark::AmberDisc;
        bar.title = input.cancelled ? RunBar::tr("Cancelling") : RunBar::tr("Stopping");
        bar.main = {true, false, input.cancelled ? RunBar::tr("Cancelling…") : RunBar::tr("Stopping…")};
        bar.stop.enabled = bar.evaluate.enabled = bar.save.enabled = false;
        break;
    }
    return bar;
}

bool hasFailed(const RunBarInput& input)
{
    return input.state == SessionState::Failed || input.record == RecordState::Failed;
}

QString titleOfEnded(const RunBarInput& input)
{
    if (hasFailed(input))
        return RunBar::tr("Failed");
    if (input.record == RecordState::Interrupted)
        return RunBar::tr("Interrupted");
    return input.cancelled ? RunBar::tr("Cancelled") : RunBar::tr("Stopped");
}

RunBarState finished(const RunBarInput& input, RunBarState bar)
{
    bar.mark = StateMark::Tick;
    bar.title = RunBar::tr("Finished");
    bar.action = MainAction::Export;
    bar.main = {true, input.exportable, RunBar::tr("Export…")};
    return bar;
}

/// A recorded run that another process trains: it can be looked at and what it has saved exported, no more.
RunBarState elsewhere(const RunBarInput& input, RunBarState bar)
{
    bar.mark = StateMark::GreenDisc;
    bar.title = RunBar::tr("Running elsewhere");
    bar.evaluate = {true, false, RunBar::tr("Evaluate")};
    bar.note = RunBar::tr("Another process trains this run. What is shown is as it was read, and it cannot be resumed "
                          "here meanwhile.");
    bar.evaluateNote
        = RunBar::tr("Another process trains this run, and evaluates it: the diamonds in the loss plot are "
                     "its evaluations.");
    if (!input.exportable)
        bar.exportNote = RunBar::tr("Nothing of this run is saved yet: its first checkpoint has not been reached.");
    bar.exportRun = {true, input.exportable, RunBar::tr("Export…")};
    bar.action = MainAction::None;
    return bar;
}

/// A run that has ended holds no engine: what it saved is held against the held-out samples, in Try.
void addEvaluation(const RunBarInput& input, RunBarState& bar)
{
    bar.evaluate = {true, false, RunBar::tr("Check samples")};
    if (!input.exportable) {
        bar.evaluateNote
            = RunBar::tr("Nothing of this run was saved that could be evaluated: it has neither an adapter nor a "
                         "checkpoint.");
    } else if (!input.hasHeldOut) {
        bar.evaluateNote = RunBar::tr("This run has no evaluation file to be held against. Choose one in Set up before "
                                      "the next run; in Try this one answers prompts of your own.");
    } else if (hasFailed(input)) {
        bar.evaluateNote = RunBar::tr("A run that failed is not evaluated as it stands. What its last checkpoint makes "
                                      "of the held-out samples can be checked in Try.");
    } else {
        bar.evaluate.enabled = true;
        bar.evaluateNote = RunBar::tr("Checks in Try what base and tuned model make of the held-out samples (Ctrl+E)");
    }
}

RunBarState ended(const RunBarInput& input)
{
    RunBarState bar;
    bar.showsFailure = input.state == SessionState::Failed; // a recorded one's stands in the inspector alone
    bar.showsProgress = !bar.showsFailure;
    if (input.record == RecordState::Running)
        return elsewhere(input, std::move(bar));
    addEvaluation(input, bar);
    if (!input.exportable)
        bar.exportNote
            = RunBar::tr("Nothing of this run was saved: its folder has neither an adapter nor a checkpoint.");
    if (input.state == SessionState::Finished)
        return finished(input, std::move(bar));
    bar.mark = hasFailed(input) ? StateMark::Cross : StateMark::Square;
    bar.title = titleOfEnded(input);
    // Off and in sight where it says why.
    bar.exportRun = {input.hasCheckpoint || input.record.has_value(), input.exportable, RunBar::tr("Export…")};
    const bool changes = bar.showsFailure && input.hasCheckpoint && !input.resumeChange.isEmpty();
    bar.mainIsPrimary = !bar.showsFailure || !input.offersChanges || changes; // as it is, it would fail again
    if (!input.hasCheckpoint) {
        bar.action = MainAction::StartAgain;
        bar.main = {true, true, RunBar::tr("Start again")};
        bar.againNote = RunBar::tr("A new set-up with this configuration: the run has no checkpoint to resume from");
        return bar;
    }
    bar.action = MainAction::ResumeStopped;
    const QString step = formatCount(input.checkpointStep);
    bar.main = {true, true,
        changes ? RunBar::tr("Resume from %1 with %2").arg(step, input.resumeChange)
                : RunBar::tr("Resume from %1").arg(step)};
    return bar;
}

} // namespace

RunBarState RunBarState::of(const RunBarInput& input)
{
    if (isActive(input.state))
        return active(input);
    if (isTerminal(input.state) && !input.setupShown)
        return ended(input);
    return waiting(input);
}

} // namespace spectune
