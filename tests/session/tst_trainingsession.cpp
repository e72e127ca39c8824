// SPDX-License-Identifier: GPL-3.0-or-later
// A session that runs, pauses, steps and shows: its states and what comes out of it.
#include "tests/session/SessionBench.h"
#include "tests/support/CompareEnums.h"

#include <QtTest>

#include <thread>

using namespace spectune;
using namespace spectune::test;

class TestTrainingSession : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void runsToTheEnd();
    void startShowsAtOnceAndOnlyOnce();
    void pausesAtTheBorderAndResumes();
    void stepRunsExactlyOneStep();
    void resumeDuringAStepLetsItGoOn();
    void pauseCanBeTakenBack();
    void pauseShowsThePausedStepEvenWhenItCameTooLate();
    void snapshotsAreRateLimited();
    void lastStepIsShown_data();
    void lastStepIsShown();
    void savesAndEvaluatesOnRequest();
    void commandsOutOfPlaceDoNothing();
    void secondRunStartsAfresh();
    void resumedRunCountsFromItsFirstStep();
    void engineLivesOnTheSessionsThread();
    void stateNames();
};

void TestTrainingSession::runsToTheEnd()
{
    Bench bench;
    QCOMPARE(bench.session.state(), SessionState::Idle);
    QVERIFY(bench.session.start({.config = {}, .outFolder = "runs/a", .resumeFolder = {}}));
    QVERIFY(bench.probe.awaitState(SessionState::Finished));
    QCOMPARE(bench.session.state(), SessionState::Finished);
    QCOMPARE(bench.probe.states(), (States {SessionState::Preparing, SessionState::Running, SessionState::Finished}));
    QCOMPARE(bench.probe.lastChange().step, 10);
    QVERIFY(std::holds_alternative<StateChanged>(bench.probe.events().back()));

    const auto metrics = bench.probe.all<MetricPoint>();
    QCOMPARE(metrics.size(), std::size_t(10));
    for (std::size_t index = 0; index < metrics.size(); ++index)
        QCOMPARE(metrics[index].step, std::int64_t(index) + 1);
    QCOMPARE(bench.probe.all<PreparationProgress>().size(), std::size_t(3));
    QCOMPARE(bench.probe.all<RunStarted>().at(0).outFolder, std::string("runs/a"));

    // RunStarted comes right before Running, and both before the first metric.
    const auto& events = bench.probe.events();
    const auto started = std::find_if(
        events.begin(), events.end(), [](const RunEvent& event) { return std::holds_alternative<RunStarted>(event); });
    QCOMPARE(std::get<StateChanged>(*(started + 1)).state, SessionState::Running);
    QVERIFY(std::holds_alternative<MetricPoint>(*(started + 2)));
}

void TestTrainingSession::startShowsAtOnceAndOnlyOnce()
{
    Bench bench;
    bench.script->preparing.shut();
    QVERIFY(bench.session.start({}));
    QCOMPARE(bench.session.state(), SessionState::Preparing);
    QVERIFY(!bench.session.start({}));
    bench.script->preparing.open();
    QVERIFY(bench.probe.awaitTerminal());
    QCOMPARE(bench.script->runs.load(), 1);
}

void TestTrainingSession::pausesAtTheBorderAndResumes()
{
    Bench bench;
    QVERIFY(bench.startHeldInStep());
    QVERIFY(bench.session.pause());
    QCOMPARE(bench.session.state(), SessionState::Pausing);
    bench.script->stepping.open();
    QVERIFY(bench.probe.awaitState(SessionState::Paused));
    QCOMPARE(bench.session.state(), SessionState::Paused);
    QCOMPARE(bench.script->stepsRun.load(), 1);
    QCOMPARE(bench.probe.lastChange().step, 1);
    QCOMPARE(bench.session.latestSnapshot()->step, 1);
    bench.script->stepping.shut();
    QVERIFY(bench.session.resume());
    QCOMPARE(bench.session.state(), SessionState::Running);
    bench.script->stepping.open();
    QVERIFY(bench.probe.awaitState(SessionState::Finished));
    QCOMPARE(bench.script->stepsRun.load(), 10);
}

void TestTrainingSession::stepRunsExactlyOneStep()
{
    Bench bench;
    QVERIFY(bench.startPaused());
    for (std::int64_t done = 2; done <= 5; ++done) {
        QVERIFY(bench.session.step());
        QVERIFY(bench.probe.awaitState(SessionState::Paused));
        QCOMPARE(bench.script->stepsRun.load(), done);
        QCOMPARE(bench.probe.lastChange().step, done);
        QCOMPARE(bench.session.latestSnapshot()->step, done);
    }
    QVERIFY(bench.session.resume());
    QVERIFY(bench.probe.awaitState(SessionState::Finished));
    QCOMPARE(bench.script->stepsRun.load(), 10);
}

void TestTrainingSession::resumeDuringAStepLetsItGoOn()
{
    Bench bench;
    QVERIFY(bench.startPaused());
    bench.script->stepping.shut();
    QVERIFY(bench.session.step());
    QVERIFY(!bench.session.step());
    QVERIFY(bench.session.resume());
    bench.script->stepping.open();
    QVERIFY(bench.probe.awaitState(SessionState::Finished));
}

void TestTrainingSession::pauseCanBeTakenBack()
{
    Bench bench;
    QVERIFY(bench.startHeldInStep());
    QVERIFY(bench.session.pause());
    QVERIFY(bench.session.resume());
    bench.script->stepping.open();
    QVERIFY(bench.probe.awaitState(SessionState::Finished));
    const States states = bench.probe.states();
    QVERIFY(std::find(states.begin(), states.end(), SessionState::Paused) == states.end());
}

void TestTrainingSession::pauseShowsThePausedStepEvenWhenItCameTooLate()
{
    // The engine is held between snapshotDue() and nextAction(). Until the session has said no there at least once
    // (it says yes when this thread was slow), the run goes on.
    Bench bench;
    bench.script->totalSteps = 1'000'000;
    bench.script->border.shut();
    QVERIFY(bench.session.start({}));
    std::int64_t arrivals = 1;
    QVERIFY(bench.script->border.awaitArrivals(arrivals));
    while (bench.script->refused.load() == 0) {
        bench.script->border.allow(1);
        QVERIFY(bench.script->border.awaitArrivals(++arrivals));
    }
    QVERIFY(bench.session.latestSnapshot()->step != bench.script->stepsRun.load());
    QVERIFY(bench.session.pause());
    bench.script->border.open();
    QVERIFY(bench.probe.awaitState(SessionState::Paused));
    QCOMPARE(bench.session.latestSnapshot()->step, bench.probe.lastChange().step);
    QCOMPARE(bench.probe.lastChange().step, arrivals + 1);
}

void TestTrainingSession::snapshotsAreRateLimited()
{
    Bench bench;
    bench.script->totalSteps = 20'000;
    const auto begin = std::chrono::steady_clock::now();
    QVERIFY(bench.session.start({}));
    QVERIFY(bench.probe.awaitTerminal());
    const auto elapsed = std::chrono::steady_clock::now() - begin;
    // The first two steps may both see no earlier snapshot's interval; the last two are shown in any case.
    QVERIFY(bench.script->published.load() <= elapsed / std::chrono::milliseconds(33) + 3);
    QVERIFY(bench.script->published.load() >= 2);
}

void TestTrainingSession::lastStepIsShown_data()
{
    QTest::addColumn<std::int64_t>("total");
    QTest::newRow("1") << std::int64_t(1);
    QTest::newRow("2") << std::int64_t(2);
    QTest::newRow("50") << std::int64_t(50);
}

void TestTrainingSession::lastStepIsShown()
{
    QFETCH(std::int64_t, total);
    Bench bench;
    bench.script->totalSteps = total;
    QVERIFY(bench.session.start({}));
    QVERIFY(bench.probe.awaitState(SessionState::Finished));
    QCOMPARE(bench.session.latestSnapshot()->step, total);
}

void TestTrainingSession::savesAndEvaluatesOnRequest()
{
    Bench bench;
    QVERIFY(bench.startHeldInStep());
    QVERIFY(bench.session.saveNow());
    QVERIFY(bench.session.saveNow()); // one and the same
    QVERIFY(bench.session.pause());
    QVERIFY(bench.session.evaluateNow());
    bench.script->stepping.open();
    QVERIFY(bench.probe.awaitState(SessionState::Paused));
    QCOMPARE(bench.script->saves.load(), 1);
    QCOMPARE(bench.script->evaluations.load(), 1);

    const auto isSave = [](const RunEvent& event) { return std::holds_alternative<CheckpointSaved>(event); };
    QVERIFY(bench.session.saveNow());
    QVERIFY(bench.probe.await(isSave));
    QVERIFY(bench.session.evaluateNow());
    QVERIFY(bench.probe.await([](const RunEvent& event) { return std::holds_alternative<EvalPoint>(event); }));
    QCOMPARE(bench.session.state(), SessionState::Paused);
    QCOMPARE(bench.script->stepsRun.load(), 1);
    QCOMPARE(bench.probe.all<CheckpointSaved>().back().step, 1);
}

void TestTrainingSession::commandsOutOfPlaceDoNothing()
{
    Bench bench;
    const auto allRefused = [&] {
        return !bench.session.pause() && !bench.session.resume() && !bench.session.step() && !bench.session.saveNow()
            && !bench.session.evaluateNow();
    };
    QVERIFY(allRefused());
    QVERIFY(!bench.session.stop());
    bench.script->preparing.shut();
    QVERIFY(bench.session.start({}));
    QVERIFY(allRefused());
    bench.script->stepping.shut();
    bench.script->preparing.open();
    QVERIFY(bench.probe.awaitState(SessionState::Running));
    QVERIFY(!bench.session.resume());
    QVERIFY(!bench.session.step());
    QVERIFY(bench.session.pause());
    QVERIFY(!bench.session.pause());
    QVERIFY(!bench.session.step());
    QVERIFY(!bench.session.start({}));
    bench.script->stepping.open();
    QVERIFY(bench.probe.awaitState(SessionState::Paused));
    QVERIFY(!bench.session.pause());
    QVERIFY(!bench.session.start({}));
    bench.script->stepping.shut();
    QVERIFY(bench.session.step());
    QVERIFY(bench.session.stop());
    QVERIFY(allRefused());
    QVERIFY(!bench.session.stop());
    bench.script->stepping.open();
    QVERIFY(bench.probe.awaitState(SessionState::Stopped));
    QVERIFY(allRefused());
    QVERIFY(!bench.session.stop());
}

void TestTrainingSession::secondRunStartsAfresh()
{
    // A stop goes before what else was asked for; none of that is left for the second run.
    Bench bench;
    QVERIFY(bench.startHeldInStep());
    QVERIFY(bench.session.saveNow());
    QVERIFY(bench.session.evaluateNow());
    QVERIFY(bench.session.stop());
    bench.script->stepping.open();
    QVERIFY(bench.probe.awaitState(SessionState::Stopped));
    QCOMPARE(bench.script->saves.load(), 1);
    QVERIFY(bench.session.latestSnapshot() != nullptr);
    bench.script->preparing.shut();
    QVERIFY(bench.session.start({}));
    QVERIFY(bench.session.latestSnapshot() == nullptr);
    QVERIFY(bench.probe.awaitState(SessionState::Preparing));
    QCOMPARE(bench.probe.lastChange().step, 0);
    bench.script->preparing.open();
    QVERIFY(bench.probe.awaitState(SessionState::Finished));
    QCOMPARE(bench.script->saves.load(), 1);
    QCOMPARE(bench.script->evaluations.load(), 0);
}

void TestTrainingSession::resumedRunCountsFromItsFirstStep()
{
    Bench bench;
    bench.script->firstStep = 7;
    QVERIFY(bench.session.start({}));
    QVERIFY(bench.probe.awaitState(SessionState::Finished));
    const auto changes = bench.probe.all<StateChanged>();
    QCOMPARE(changes.at(1).state, SessionState::Running);
    QCOMPARE(changes.at(1).step, 7);
    QCOMPARE(changes.back().step, 10);
    QCOMPARE(bench.script->stepsRun.load(), 3);
}

void TestTrainingSession::engineLivesOnTheSessionsThread()
{
    Bench bench;
    std::atomic<std::thread::id> inRun;
    std::atomic<std::thread::id> inRequest;
    bench.script->beforeStep = [&](std::int64_t) { inRun = std::this_thread::get_id(); };
    bench.script->onRequest = [&](const Request&, const RequestContext&) -> Answer {
        inRequest = std::this_thread::get_id();
        return ModelSummary {};
    };
    QVERIFY(bench.startPaused());
    QVERIFY(bench.probe.awaitAnswer(bench.session.ask(InspectModel {})) != nullptr);
    QVERIFY(inRun.load() == inRequest.load());
    QVERIFY(inRun.load() != std::this_thread::get_id());
}

void TestTrainingSession::stateNames()
{
    QCOMPARE(toString(SessionState::Idle), "idle");
    QCOMPARE(toString(SessionState::Preparing), "preparing");
    QCOMPARE(toString(SessionState::Running), "running");
    QCOMPARE(toString(SessionState::Pausing), "pausing");
    QCOMPARE(toString(SessionState::Paused), "paused");
    QCOMPARE(toString(SessionState::Stopping), "stopping");
    QCOMPARE(toString(SessionState::Finished), "finished");
    QCOMPARE(toString(SessionState::Stopped), "stopped");
    QCOMPARE(toString(SessionState::Failed), "failed");
}

QTEST_GUILESS_MAIN(TestTrainingSession)
#include "tst_trainingsession.moc"
