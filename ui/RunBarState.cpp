// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunBarState.h"

#include "ui/RunBar.h"
#include "visualization/NumberFormat.h"

namespace spectune {

namespace {

RunBarState waiting(const RunBarInput& input)
{
    RunBarState bar;
    bar.mark = StateMark::Ring;
    bar.title = input.setupShown ? RunBar::tr("Not started") : RunBar::tr("Ready");
    bar.action = MainAction::Start;
    bar.main = {true, input.errors == 0, RunBar::tr("Start")};
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
        break;
    default:
        bar.mark = StateMark::AmberDisc;
        bar.title = RunBar::tr("Stopping");
        bar.main = {true, false, RunBar::tr("Stopping…")};
        bar.stop.enabled = bar.evaluate.enabled = bar.save.enabled = false;
        break;
    }
    return bar;
}

RunBarState ended(const RunBarInput& input)
{
    RunBarState bar;
    bar.showsProgress = input.state != SessionState::Failed;
    bar.evaluate = {true, false, RunBar::tr("Evaluate")};
    bar.evaluateNote
        = RunBar::tr("Evaluates while a run trains or is paused. This run has ended: the diamonds in the loss plot "
                     "are its evaluations.");
    if (!input.exportable)
        bar.exportNote
            = RunBar::tr("Nothing of this run was saved: its folder has neither an adapter nor a checkpoint.");
    if (input.state == SessionState::Finished) {
        bar.mark = StateMark::Tick;
        bar.title = RunBar::tr("Finished");
        bar.action = MainAction::Export;
        bar.main = {true, input.exportable, RunBar::tr("Export…")};
        return bar;
    }
    const bool failed = input.state == SessionState::Failed;
    bar.mark = failed ? StateMark::Cross : StateMark::Square;
    bar.title = failed ? RunBar::tr("Failed") : input.interrupted ? RunBar::tr("Interrupted") : RunBar::tr("Stopped");
    // Off and in sight where it says why.
    bar.exportRun = {input.hasCheckpoint || input.recorded, input.exportable, RunBar::tr("Export…")};
    bar.action = MainAction::ResumeStopped;
    bar.mainIsPrimary = !failed || !input.offersChanges; // resumed as it is, it would fail again
    bar.main = {input.hasCheckpoint, true,
        input.hasCheckpoint ? RunBar::tr("Resume from %1").arg(formatCount(input.checkpointStep))
                            : RunBar::tr("Resume")};
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
