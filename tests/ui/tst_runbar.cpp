// SPDX-License-Identifier: GPL-3.0-or-later
// The run bar in each state of a run, one after the other.
#include "ui/RunBarState.h"

#include <QTest>

using namespace spectune;

class TestRunBar : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void idle();
    void preparing();
    void running();
    void pausing();
    void paused();
    void stopping();
    void finished();
    void whatHasEndedIsEvaluatedInTry();
    void evaluateSaysWhyItIsOff();
    void stopped();
    void anInterruptedRunSaysSo();
    void aRecordedFailureIsNoStop();
    void aRunThatGoesOnElsewhereIsNotResumed();
    void aCancelledStartSavesNothing();
    void failed();
    void setUpOffersANewStart();
    void startIsNoPause();
};

static RunBarState of(SessionState state, bool checkpoint = false)
{
    RunBarInput input;
    input.state = state;
    input.hasCheckpoint = checkpoint;
    input.checkpointStep = 1105;
    return RunBarState::of(input);
}

void TestRunBar::idle()
{
    RunBarInput input;
    RunBarState bar = RunBarState::of(input);
    QCOMPARE(bar.mark, StateMark::Ring);
    QCOMPARE(bar.main, (BarButton {true, true, "Start"}));
    QVERIFY(!bar.step.visible && !bar.stop.visible && !bar.evaluate.visible && !bar.save.visible);
    QCOMPARE(bar.title, "Ready");
    input.choiceOpen = true; // no error yet: Start leads to what is to be chosen
    bar = RunBarState::of(input);
    QCOMPARE(bar.title, "Not started");
    QCOMPARE(bar.main, (BarButton {true, true, "Start"}));
    input.errors = 2;
    QVERIFY(!RunBarState::of(input).main.enabled);
}

void TestRunBar::preparing()
{
    const RunBarState bar = of(SessionState::Preparing);
    QCOMPARE(bar.mark, StateMark::HalfDisc);
    QCOMPARE(bar.main, (BarButton {true, false, "Preparing…"}));
    QCOMPARE(bar.stop, (BarButton {true, true, "Cancel"}));
    QVERIFY(bar.step.visible && !bar.step.enabled);
    QVERIFY(!bar.evaluate.enabled && !bar.save.enabled);
}

void TestRunBar::running()
{
    const RunBarState bar = of(SessionState::Running);
    QCOMPARE(bar.main, (BarButton {true, true, "Pause"}));
    QVERIFY(!bar.step.enabled && bar.stop.enabled && bar.evaluate.enabled && bar.save.enabled);
}

void TestRunBar::pausing()
{
    const RunBarState bar = of(SessionState::Pausing);
    QCOMPARE(bar.main, (BarButton {true, false, "Pausing…"}));
    QVERIFY(!bar.step.enabled && bar.stop.enabled && bar.evaluate.enabled && bar.save.enabled);
}

void TestRunBar::paused()
{
    const RunBarState bar = of(SessionState::Paused);
    QCOMPARE(bar.action, MainAction::Resume);
    QVERIFY(bar.main.enabled && bar.step.enabled && bar.stop.enabled && bar.evaluate.enabled && bar.save.enabled);
}

void TestRunBar::stopping()
{
    const RunBarState bar = of(SessionState::Stopping);
    QCOMPARE(bar.main, (BarButton {true, false, "Stopping…"}));
    QVERIFY(!bar.step.enabled && !bar.stop.enabled && !bar.evaluate.enabled && !bar.save.enabled);
}

void TestRunBar::finished()
{
    const RunBarState bar = of(SessionState::Finished);
    QCOMPARE(bar.mark, StateMark::Tick);
    QCOMPARE(bar.action, MainAction::Export);
    QVERIFY(!bar.step.visible && !bar.stop.visible && !bar.save.visible);
}

void TestRunBar::whatHasEndedIsEvaluatedInTry()
{
    for (const SessionState state : {SessionState::Finished, SessionState::Stopped}) {
        const RunBarState bar = of(state, true);
        QCOMPARE(bar.evaluate, (BarButton {true, true, "Check samples"}));
        QVERIFY(bar.evaluateNote.contains("Try"));
    }
    QVERIFY(of(SessionState::Running).evaluateNote.isEmpty());
    QVERIFY(!of(SessionState::Idle).evaluate.visible);
}

void TestRunBar::evaluateSaysWhyItIsOff()
{
    const RunBarState failed = of(SessionState::Failed, true);
    QCOMPARE(failed.evaluate, (BarButton {true, false, "Check samples"}));
    QVERIFY(failed.evaluateNote.contains("Try")); // what to do instead
    RunBarInput input;
    input.state = SessionState::Finished;
    input.hasHeldOut = false;
    QVERIFY(!RunBarState::of(input).evaluate.enabled);
    QVERIFY(RunBarState::of(input).evaluateNote.contains("no evaluation file"));
    input.exportable = false;
    QVERIFY(!RunBarState::of(input).evaluate.enabled);
    QVERIFY(RunBarState::of(input).evaluateNote.contains("neither an adapter nor a checkpoint"));
    input.state = SessionState::Running; // it is not read from the disk there
    QVERIFY(RunBarState::of(input).evaluate.enabled);
}

void TestRunBar::stopped()
{
    const RunBarState bar = of(SessionState::Stopped, true);
    QCOMPARE(bar.action, MainAction::ResumeStopped);
    QVERIFY(bar.main.text.contains("1,105"));
    QVERIFY(bar.exportRun.visible);
}

void TestRunBar::anInterruptedRunSaysSo()
{
    RunBarInput input;
    input.state = SessionState::Stopped;
    input.record = RecordState::Interrupted;
    input.exportable = false;
    RunBarState bar = RunBarState::of(input);
    QCOMPARE(bar.title, "Interrupted");
    QCOMPARE(bar.action, MainAction::StartAgain); // nothing to resume from
    QCOMPARE(bar.main, (BarButton {true, true, "Start again"}));
    QVERIFY(bar.mainIsPrimary && bar.againNote.contains("no checkpoint"));
    QCOMPARE(bar.exportRun, (BarButton {true, false, "Export…"}));
    QVERIFY(bar.exportNote.contains("neither an adapter nor a checkpoint"));
    input.exportable = input.hasCheckpoint = true;
    bar = RunBarState::of(input);
    QCOMPARE(bar.title, "Interrupted");
    QCOMPARE(bar.action, MainAction::ResumeStopped);
    QVERIFY(bar.main.enabled && bar.exportRun.enabled);
    QVERIFY(bar.exportNote.isEmpty());
    input.record = RecordState::Stopped;
    QCOMPARE(RunBarState::of(input).title, "Stopped");
    input.state = SessionState::Finished;
    input.exportable = false;
    QCOMPARE(RunBarState::of(input).main, (BarButton {true, false, "Export…"}));
}

void TestRunBar::aRecordedFailureIsNoStop()
{
    RunBarInput input;
    input.state = SessionState::Stopped;
    input.record = RecordState::Failed;
    input.hasCheckpoint = input.offersChanges = true;
    const RunBarState bar = RunBarState::of(input);
    QCOMPARE(bar.title, "Failed");
    QCOMPARE(bar.mark, StateMark::Cross);
    QVERIFY(bar.showsProgress && !bar.showsFailure); // its folder has no details
    QVERIFY(bar.main.visible && bar.mainIsPrimary);
    QVERIFY(of(SessionState::Failed).showsFailure);
    // As the same run says before the program is left.
    QCOMPARE(bar.evaluate, of(SessionState::Failed, true).evaluate);
    QCOMPARE(bar.evaluateNote, of(SessionState::Failed, true).evaluateNote);
}

void TestRunBar::aRunThatGoesOnElsewhereIsNotResumed()
{
    RunBarInput input;
    input.state = SessionState::Stopped;
    input.record = RecordState::Running;
    input.hasCheckpoint = true;
    RunBarState bar = RunBarState::of(input);
    QCOMPARE(bar.title, "Running elsewhere");
    QCOMPARE(bar.action, MainAction::None);
    QVERIFY(!bar.main.visible && !bar.stop.visible);
    QVERIFY(bar.note.contains("Another process"));
    QVERIFY(!bar.evaluate.enabled && bar.evaluateNote.contains("Another process"));
    QCOMPARE(bar.exportRun, (BarButton {true, true, "Export…"})); // of its checkpoint
    input.hasCheckpoint = input.exportable = false;
    bar = RunBarState::of(input);
    QVERIFY(!bar.exportRun.enabled);
    QVERIFY(bar.exportNote.contains("yet"));
}

void TestRunBar::aCancelledStartSavesNothing()
{
    RunBarInput input;
    input.state = SessionState::Stopping;
    QCOMPARE(RunBarState::of(input).title, "Stopping");
    input.cancelled = true;
    QCOMPARE(RunBarState::of(input).title, "Cancelling");
    QCOMPARE(RunBarState::of(input).main, (BarButton {true, false, "Cancelling…"}));
    input.state = SessionState::Stopped;
    input.exportable = false;
    const RunBarState bar = RunBarState::of(input);
    QCOMPARE(bar.title, "Cancelled");
    QCOMPARE(bar.action, MainAction::StartAgain);
    QVERIFY(!bar.exportRun.visible);
}

void TestRunBar::failed()
{
    QCOMPARE(of(SessionState::Failed).action, MainAction::StartAgain);
    const RunBarState bar = of(SessionState::Failed, true);
    QCOMPARE(bar.mark, StateMark::Cross);
    QCOMPARE(bar.action, MainAction::ResumeStopped);
    QVERIFY(bar.main.visible && bar.main.enabled);
    QVERIFY(bar.mainIsPrimary);
    RunBarInput input;
    input.state = SessionState::Failed;
    input.hasCheckpoint = input.offersChanges = true; // and none of them is in Resume
    QVERIFY(!RunBarState::of(input).mainIsPrimary);
    input.hasCheckpoint = false;
    QVERIFY(!RunBarState::of(input).mainIsPrimary);
    input.hasCheckpoint = true;
    input.checkpointStep = 300;
    QCOMPARE(RunBarState::of(input).main.text, "Resume from 300");
    input.resumeChange = "micro-batch 4";
    QCOMPARE(RunBarState::of(input).main.text, "Resume from 300 with micro-batch 4");
    QVERIFY(RunBarState::of(input).mainIsPrimary); // changed, it may go on
    input.state = SessionState::Stopped;
    QVERIFY(RunBarState::of(input).mainIsPrimary);
    QCOMPARE(RunBarState::of(input).main.text, "Resume from 300"); // the change was another run's
}

void TestRunBar::setUpOffersANewStart()
{
    RunBarInput input;
    input.state = SessionState::Finished;
    input.setupShown = true;
    QCOMPARE(RunBarState::of(input).action, MainAction::Start);
    input.state = SessionState::Running; // but not while one goes on
    QCOMPARE(RunBarState::of(input).action, MainAction::Pause);
}

void TestRunBar::startIsNoPause()
{
    // What a second click can meet right after a start does nothing.
    QCOMPARE(of(SessionState::Preparing).action, MainAction::None);
    QVERIFY(!of(SessionState::Preparing).save.enabled); // the right end, where the lone Start stood
}

QTEST_GUILESS_MAIN(TestRunBar)
#include "tst_runbar.moc"
