// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/CompareEnums.h"
#include "tests/support/FakeEngine.h"
#include "tests/support/SessionProbe.h"

#include <QtTest>

#include <new>

using namespace spectune;
using namespace spectune::test;

namespace {

using States = std::vector<SessionState>;

/// A session on a fake engine, with its gates opened again at the end so that nothing is left waiting.
struct Bench {
    std::shared_ptr<FakeScript> script = std::make_shared<FakeScript>();
    TrainingSession session {fakeFactory(script)};
    SessionProbe probe {session};

    ~Bench() { script->openAll(); }

    /// Running, with the engine waiting inside its first step.
    [[nodiscard]] bool startHeldInStep()
    {
        script->stepping.shut();
        return session.start({}) && probe.awaitState(SessionState::Running) && script->stepping.awaitArrivals(1);
    }

    /// Paused after one step, with all gates open.
    [[nodiscard]] bool startPaused()
    {
        if (!startHeldInStep() || !session.pause())
            return false;
        script->stepping.open();
        return probe.awaitState(SessionState::Paused);
    }
};

/// The exceptions that may end a run, by name.
[[noreturn]] void throwNamed(const std::string& name)
{
    if (name == "diverged")
        throw Error(FailureKind::Diverged, "The loss is not finite.", "step 3");
    if (name == "memory")
        throw std::bad_alloc();
    if (name == "standard")
        throw std::runtime_error("from a library");
    if (name == "stopped")
        throw Stopped {};
    throw 42;
}

} // namespace

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
    void stopEndsThePreparation();
    void stopBeforeTheThreadHasTheRun();
    void stopSavesWhileTraining();
    void stopWhilePaused();
    void stopGivesUpAnEvaluation();
    void savesAndEvaluatesOnRequest();
    void exceptionsBecomeFailures_data();
    void exceptionsBecomeFailures();
    void failureInThePreparation();
    void missingEngineFailsTheRunAndMayComeLater();
    void commandsOutOfPlaceDoNothing();
    void secondRunStartsAfresh();
    void resumedRunCountsFromItsFirstStep();
    void closeEndsWithSessionClosed_data();
    void closeEndsWithSessionClosed();
    void destructionWhileRunning();
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

void TestTrainingSession::stopEndsThePreparation()
{
    Bench bench;
    bench.script->preparing.shut();
    QVERIFY(bench.session.start({}));
    QVERIFY(bench.script->preparing.awaitArrivals(1));
    QVERIFY(bench.session.stop());
    QCOMPARE(bench.session.state(), SessionState::Stopping);
    QVERIFY(!bench.session.stop());
    bench.script->preparing.open();
    QVERIFY(bench.probe.awaitState(SessionState::Stopped));
    QCOMPARE(bench.script->stepsRun.load(), 0);
    QCOMPARE(bench.script->saves.load(), 0);
    QVERIFY(bench.session.latestSnapshot() == nullptr);
}

void TestTrainingSession::stopBeforeTheThreadHasTheRun()
{
    Bench bench;
    bench.script->answering.shut();
    const std::int64_t request = bench.session.ask(InspectModel {"model"});
    QVERIFY(bench.script->answering.awaitArrivals(1));
    QVERIFY(bench.session.start({}));
    QCOMPARE(bench.session.state(), SessionState::Preparing);
    QVERIFY(bench.session.stop());
    QCOMPARE(bench.session.state(), SessionState::Stopped);
    QVERIFY(bench.session.start({}));
    bench.script->answering.open();
    QVERIFY(bench.probe.awaitState(SessionState::Finished));
    QVERIFY(bench.probe.awaitAnswer(request) != nullptr);
    QCOMPARE(bench.script->runs.load(), 1);
}

void TestTrainingSession::stopSavesWhileTraining()
{
    Bench bench;
    QVERIFY(bench.startHeldInStep());
    QVERIFY(bench.session.stop());
    QCOMPARE(bench.session.state(), SessionState::Stopping);
    bench.script->stepping.open();
    QVERIFY(bench.probe.awaitState(SessionState::Stopped));
    QCOMPARE(bench.script->stepsRun.load(), 1);
    QCOMPARE(bench.probe.all<CheckpointSaved>().size(), std::size_t(1));
    const auto& events = bench.probe.events();
    QVERIFY(std::holds_alternative<CheckpointSaved>(events[events.size() - 2]));
    QCOMPARE(bench.session.latestSnapshot()->step, 1);
}

void TestTrainingSession::stopWhilePaused()
{
    Bench bench;
    QVERIFY(bench.startPaused());
    QVERIFY(bench.session.stop());
    QVERIFY(bench.probe.awaitState(SessionState::Stopped));
    QCOMPARE(bench.script->stepsRun.load(), 1);
    QCOMPARE(bench.script->saves.load(), 1);
}

void TestTrainingSession::stopGivesUpAnEvaluation()
{
    Bench bench;
    bench.script->endlessEvaluation = true;
    QVERIFY(bench.startPaused());
    QVERIFY(bench.session.evaluateNow());
    while (bench.script->evaluations.load() == 0)
        std::this_thread::yield();
    QVERIFY(bench.session.stop());
    QVERIFY(bench.probe.awaitState(SessionState::Stopped));
    QCOMPARE(bench.script->saves.load(), 1);
    QVERIFY(bench.probe.all<EvalPoint>().empty());
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

void TestTrainingSession::exceptionsBecomeFailures_data()
{
    QTest::addColumn<QString>("exception");
    QTest::addColumn<SessionState>("state");
    QTest::addColumn<FailureKind>("kind");
    QTest::newRow("Error") << "diverged" << SessionState::Failed << FailureKind::Diverged;
    QTest::newRow("bad_alloc") << "memory" << SessionState::Failed << FailureKind::OutOfMemory;
    QTest::newRow("std::exception") << "standard" << SessionState::Failed << FailureKind::Internal;
    QTest::newRow("int") << "int" << SessionState::Failed << FailureKind::Internal;
    QTest::newRow("Stopped") << "stopped" << SessionState::Stopped << FailureKind::Internal;
}

void TestTrainingSession::exceptionsBecomeFailures()
{
    QFETCH(QString, exception);
    QFETCH(SessionState, state);
    QFETCH(FailureKind, kind);
    Bench bench;
    bench.script->beforeStep = [&](std::int64_t step) {
        if (step == 3)
            throwNamed(exception.toStdString());
    };
    QVERIFY(bench.session.start({}));
    QVERIFY(bench.probe.awaitTerminal());
    QCOMPARE(bench.session.state(), state);
    const StateChanged last = bench.probe.lastChange();
    QCOMPARE(last.state, state);
    QCOMPARE(last.step, 3);
    QCOMPARE(bench.probe.all<MetricPoint>().size(), std::size_t(3));
    if (state != SessionState::Failed)
        return;
    QCOMPARE(last.failure.kind, kind);
    QCOMPARE(last.failure.step, 3);
    QVERIFY(!last.failure.message.empty());

    bench.script->beforeStep = nullptr;
    QVERIFY(bench.session.start({}));
    QVERIFY(bench.probe.awaitState(SessionState::Finished));
}

void TestTrainingSession::failureInThePreparation()
{
    Bench bench;
    bench.script->inPreparation = [](std::int64_t) { throw configError("data.path is missing."); };
    QVERIFY(bench.session.start({}));
    QVERIFY(bench.probe.awaitState(SessionState::Failed));
    QCOMPARE(bench.probe.states(), (States {SessionState::Preparing, SessionState::Failed}));
    QCOMPARE(bench.probe.lastChange().failure.kind, FailureKind::Config);
    QCOMPARE(bench.probe.lastChange().failure.message, std::string("data.path is missing."));
}

void TestTrainingSession::missingEngineFailsTheRunAndMayComeLater()
{
    const auto script = std::make_shared<FakeScript>();
    std::atomic<int> calls {0};
    TrainingSession session([&]() -> std::unique_ptr<TrainingEngine> {
        switch (calls++) {
        case 0: throw ioError("libspectune-engine.so was not found.");
        case 1: return nullptr;
        default: return std::make_unique<FakeEngine>(script);
        }
    });
    SessionProbe probe(session);
    QVERIFY(session.start({}));
    QVERIFY(probe.awaitState(SessionState::Failed));
    QCOMPARE(probe.lastChange().failure.kind, FailureKind::Io);
    const Answer* const refused = probe.awaitAnswer(session.ask(InspectModel {}));
    QVERIFY(refused != nullptr);
    QCOMPARE(std::get<Failure>(*refused).kind, FailureKind::Internal);
    QVERIFY(session.start({}));
    QVERIFY(probe.awaitState(SessionState::Finished));
    QCOMPARE(calls.load(), 3);
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

void TestTrainingSession::closeEndsWithSessionClosed_data()
{
    QTest::addColumn<QString>("when");
    for (const char* when : {"idle", "preparing", "running", "pausing", "paused", "finished"})
        QTest::newRow(when) << when;
}

void TestTrainingSession::closeEndsWithSessionClosed()
{
    QFETCH(QString, when);
    Bench bench;
    if (when == "preparing") {
        bench.script->preparing.shut();
        QVERIFY(bench.session.start({}));
        QVERIFY(bench.script->preparing.awaitArrivals(1));
    } else if (when == "running" || when == "pausing") {
        QVERIFY(bench.startHeldInStep());
        QVERIFY(when == "running" || bench.session.pause());
    } else if (when == "paused") {
        QVERIFY(bench.startPaused());
    } else if (when == "finished") {
        QVERIFY(bench.session.start({}));
        QVERIFY(bench.probe.awaitState(SessionState::Finished));
    }
    bench.session.close();
    bench.session.close();
    QVERIFY(!bench.session.start({}));
    bench.script->openAll();
    QVERIFY(bench.probe.awaitClosed());
    if (when != "idle")
        QCOMPARE(bench.session.state(), when == "finished" ? SessionState::Finished : SessionState::Stopped);
    QCOMPARE(bench.script->alive.load(), 0);
    bench.session.ask(InspectModel {});
    QVERIFY(std::holds_alternative<SessionClosed>(bench.probe.events().back()));
}

void TestTrainingSession::destructionWhileRunning()
{
    const auto script = std::make_shared<FakeScript>();
    script->totalSteps = std::numeric_limits<std::int64_t>::max();
    {
        TrainingSession session(fakeFactory(script));
        SessionProbe probe(session);
        QVERIFY(session.start({}));
        QVERIFY(probe.awaitState(SessionState::Running));
    }
    QCOMPARE(script->saves.load(), 1);
    QCOMPARE(script->alive.load(), 0);
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
