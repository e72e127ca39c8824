// SPDX-License-Identifier: GPL-3.0-or-later
// How runs and sessions end: stopped, failed, closed.
#include "tests/session/SessionBench.h"
#include "tests/support/CompareEnums.h"

#include <QtTest>

#include <limits>
#include <new>
#include <stdexcept>

using namespace spectune;
using namespace spectune::test;

namespace {

/// The exceptions that may end a run, by name.
[[noreturn]] void throwNamed(const std::string& name)
{
    if (name == "diverged")
        throw Error(FailureKind::Diverged, makeMessage("The loss is not finite."), Message::verbatim("step 3"));
    if (name == "memory")
        throw std::bad_alloc();
    if (name == "standard")
        throw std::runtime_error("from a library");
    if (name == "stopped")
        throw Stopped {};
    throw 42;
}

} // namespace

class TestSessionEnds : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void stopEndsThePreparation();
    void stopBeforeTheThreadHasTheRun();
    void stopSavesWhileTraining();
    void stopWhilePaused();
    void stopGivesUpAnEvaluation();
    void stopGivesUpAnAnswerThatTheRunWaitsFor_data();
    void stopGivesUpAnAnswerThatTheRunWaitsFor();
    void stopLeavesARequestBeforeTheRun();
    void exceptionsBecomeFailures_data();
    void exceptionsBecomeFailures();
    void failureInThePreparation();
    void missingEngineFailsTheRunAndMayComeLater();
    void closeEndsWithSessionClosed_data();
    void closeEndsWithSessionClosed();
    void destructionWhileRunning();
};

void TestSessionEnds::stopEndsThePreparation()
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

void TestSessionEnds::stopBeforeTheThreadHasTheRun()
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

void TestSessionEnds::stopSavesWhileTraining()
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

void TestSessionEnds::stopWhilePaused()
{
    Bench bench;
    QVERIFY(bench.startPaused());
    QVERIFY(bench.session.stop());
    QVERIFY(bench.probe.awaitState(SessionState::Stopped));
    QCOMPARE(bench.script->stepsRun.load(), 1);
    QCOMPARE(bench.script->saves.load(), 1);
}

void TestSessionEnds::stopGivesUpAnEvaluation()
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

void TestSessionEnds::stopGivesUpAnAnswerThatTheRunWaitsFor_data()
{
    QTest::addColumn<bool>("resumed");
    QTest::newRow("paused") << false;
    QTest::newRow("resumed while it is answered") << true;
}

void TestSessionEnds::stopGivesUpAnAnswerThatTheRunWaitsFor()
{
    QFETCH(bool, resumed);
    Bench bench;
    bench.script->onRequest = [](const Request&, const RequestContext& context) -> Answer {
        while (true) { // as a merged export of a large model, which takes minutes
            context.stop.throwIfStopped();
            std::this_thread::yield();
        }
    };
    QVERIFY(bench.startPaused());
    const std::int64_t request = bench.session.ask(ExportAdapter {});
    QVERIFY(bench.script->answering.awaitArrivals(1));
    QVERIFY(!resumed || bench.session.resume());
    QVERIFY(bench.session.stop());
    QVERIFY(bench.probe.awaitState(SessionState::Stopped));
    QCOMPARE(bench.script->saves.load(), 1);
    QCOMPARE(bench.script->stepsRun.load(), 1);
    const Answer* const answer = bench.probe.awaitAnswer(request);
    QVERIFY(answer != nullptr && std::holds_alternative<Failure>(*answer));
    QVERIFY(std::get<Failure>(*answer).isCancelled());
}

void TestSessionEnds::stopLeavesARequestBeforeTheRun()
{
    Bench bench;
    bench.script->onRequest = [](const Request&, const RequestContext& context) -> Answer {
        context.stop.throwIfStopped();
        return ModelSummary {};
    };
    bench.script->answering.shut();
    const std::int64_t request = bench.session.ask(ExportAdapter {});
    QVERIFY(bench.script->answering.awaitArrivals(1));
    QVERIFY(bench.session.start({}));
    QVERIFY(bench.session.stop());
    bench.script->answering.open();
    const Answer* const answer = bench.probe.awaitAnswer(request);
    QVERIFY(answer != nullptr && std::holds_alternative<ModelSummary>(*answer));
}

void TestSessionEnds::exceptionsBecomeFailures_data()
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

void TestSessionEnds::exceptionsBecomeFailures()
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

void TestSessionEnds::failureInThePreparation()
{
    Bench bench;
    bench.script->inPreparation = [](std::int64_t) { throw configError("data.path is missing."); };
    QVERIFY(bench.session.start({}));
    QVERIFY(bench.probe.awaitState(SessionState::Failed));
    QCOMPARE(bench.probe.states(), (States {SessionState::Preparing, SessionState::Failed}));
    QCOMPARE(bench.probe.lastChange().failure.kind, FailureKind::Config);
    QCOMPARE(bench.probe.lastChange().failure.message.english(), std::string("data.path is missing."));
}

void TestSessionEnds::missingEngineFailsTheRunAndMayComeLater()
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

void TestSessionEnds::closeEndsWithSessionClosed_data()
{
    QTest::addColumn<QString>("when");
    for (const char* when : {"idle", "preparing", "running", "pausing", "paused", "finished"})
        QTest::newRow(when) << when;
}

void TestSessionEnds::closeEndsWithSessionClosed()
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

void TestSessionEnds::destructionWhileRunning()
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

QTEST_GUILESS_MAIN(TestSessionEnds)
#include "tst_sessionends.moc"
