// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunBarState.h"

#include "visualization/NumberFormat.h"

#include <QCoreApplication>

namespace spectune {

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("RunBar", text);
}

RunBarState waiting(const RunBarInput& input)
{
    RunBarState bar;
    bar.mark = StateMark::Ring;
    bar.title = input.setupShown ? tr("Not started") : tr("Ready");
    bar.action = MainAction::Start;
    bar.main = {true, input.errors == 0, tr("Start")};
    return bar;
}

RunBarState active(const RunBarInput& input)
{
    RunBarState bar;
    bar.showsProgress = true;
    bar.step = {true, false, tr("Step")};
    bar.stop = {true, true, tr("Stop")};
    bar.evaluate = {true, true, tr("Evaluate")};
    bar.save = {true, true, tr("Save")};
    bar.action = MainAction::None;
    switch (input.state) {
    case SessionState::Preparing:
        bar.mark = StateMark::HalfDisc;
        bar.title = tr("Preparing");
        bar.main = {true, false, tr("Preparing…")};
        bar.stop.text = tr("Cancel");
        bar.evaluate.enabled = bar.save.enabled = false;
        break;
    case SessionState::Running:
        bar.mark = StateMark::GreenDisc;
        bar.title = tr("Running");
        bar.main = {true, true, tr("Pause")};
        bar.action = MainAction::Pause;
        break;
    case SessionState::Pausing:
        bar.mark = StateMark::AmberDisc;
        bar.title = tr("Pausing");
        bar.main = {true, false, tr("Pausing…")};
        break;
    case SessionState::Paused:
        bar.mark = StateMark::Bars;
        bar.title = tr("Paused");
        bar.main = {true, true, tr("Resume")};
        bar.action = MainAction::Resume;
        bar.step.enabled = true;
        break;
    default:
        bar.mark = StateMark::AmberDisc;
        bar.title = tr("Stopping");
        bar.main = {true, false, tr("Stopping…")};
        bar.stop.enabled = bar.evaluate.enabled = bar.save.enabled = false;
        break;
    }
    return bar;
}

RunBarState ended(const RunBarInput& input)
{
    RunBarState bar;
    bar.showsProgress = input.state != SessionState::Failed;
    bar.evaluate = {true, false, tr("Evaluate")};
    bar.evaluateNote
        = tr("Evaluates while a run trains or is paused. This run has ended: the diamonds in the loss plot "
             "are its evaluations.");
    if (input.state == SessionState::Finished) {
        bar.mark = StateMark::Tick;
        bar.title = tr("Finished");
        bar.action = MainAction::Export;
        bar.main = {true, true, tr("Export…")};
        return bar;
    }
    const bool failed = input.state == SessionState::Failed;
    bar.mark = failed ? StateMark::Cross : StateMark::Square;
    bar.title = failed ? tr("Failed") : tr("Stopped");
    bar.exportRun = {input.hasCheckpoint || input.recorded, true, tr("Export…")};
    bar.action = MainAction::ResumeStopped;
    bar.main = {input.hasCheckpoint, true,
        input.hasCheckpoint ? tr("Resume from %1").arg(formatCount(input.checkpointStep)) : tr("Resume")};
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
