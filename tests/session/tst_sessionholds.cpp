// SPDX-License-Identifier: GPL-3.0-or-later
// A run that cannot write is held, paused, until somebody has made room or gives it up.
#include "tests/session/SessionBench.h"
#include "tests/support/CompareEnums.h"

#include <QtTest>

using namespace spectune;
using namespace spectune::test;

namespace {

/// Held after its third step of ten.
struct HeldBench : Bench {
    [[nodiscard]] bool startHeld()
    {
        script->beforeStep = [this](std::int64_t step) { script->diskFull = script->diskFull || step == 2; };
        return session.start({}) && probe.awaitState(SessionState::Paused);
    }
    void makeRoom()
    {
        script->beforeStep = nullptr;
        script->diskFull = false;
    }
    [[nodiscard]] Failure failure() { return probe.lastChange().failure; }
};

} // namespace

class TestSessionHolds : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void whatIsHeldSaysWhy();
    void tryingAgainGoesOn();
    void itMayBeHeldAgain();
    void savingTriesAgainAndStaysPaused();
    void stoppingGivesUp();
    void savingAndStoppingNeverGivesUp();
    void aStopIsHeldForItsCheckpoint();
    void aStopOutlivesAHold();
    void questionsAreAnsweredMeanwhile();
    void closingGivesUp();
};

void TestSessionHolds::whatIsHeldSaysWhy()
{
    HeldBench bench;
    QVERIFY(bench.startHeld());
    QCOMPARE(bench.probe.states(), (States {SessionState::Preparing, SessionState::Running, SessionState::Paused}));
    QCOMPARE(bench.failure().kind, FailureKind::Io);
    QCOMPARE(bench.failure().message.english(), std::string("The disk is full."));
    QCOMPARE(bench.probe.lastChange().step, 3);
    QCOMPARE(bench.script->stepsRun.load(), 3);
}

void TestSessionHolds::tryingAgainGoesOn()
{
    HeldBench bench;
    QVERIFY(bench.startHeld());
    bench.makeRoom();
    QVERIFY(bench.session.resume());
    QVERIFY(bench.probe.awaitState(SessionState::Running));
    QVERIFY(bench.failure().message.empty());
    QVERIFY(bench.probe.awaitState(SessionState::Finished));
    QCOMPARE(bench.script->stepsRun.load(), 10); // none twice, none left out
}

void TestSessionHolds::itMayBeHeldAgain()
{
    HeldBench bench;
    QVERIFY(bench.startHeld());
    for (int i = 0; i < 3; ++i) { // still full
        QVERIFY(bench.session.resume());
        QVERIFY(bench.probe.awaitState(SessionState::Paused));
        QVERIFY(!bench.failure().message.empty());
    }
    QCOMPARE(bench.script->stepsRun.load(), 3);
}

void TestSessionHolds::savingTriesAgainAndStaysPaused()
{
    HeldBench bench;
    QVERIFY(bench.startHeld());
    bench.makeRoom();
    QVERIFY(bench.session.saveNow());
    QVERIFY(bench.probe.awaitState(SessionState::Paused));
    QVERIFY(bench.failure().message.empty());
    QVERIFY(bench.session.saveNow()); // an ordinary pause again
    QVERIFY(bench.probe.await([](const RunEvent& event) { return std::holds_alternative<CheckpointSaved>(event); }));
    QCOMPARE(bench.script->stepsRun.load(), 3);
    QVERIFY(bench.session.resume());
    QVERIFY(bench.probe.awaitState(SessionState::Finished));
}

void TestSessionHolds::stoppingGivesUp()
{
    HeldBench bench;
    QVERIFY(bench.startHeld());
    QVERIFY(bench.session.stop());
    QVERIFY(bench.probe.awaitState(SessionState::Failed));
    QCOMPARE(bench.failure().message.english(), std::string("The disk is full."));
    QCOMPARE(bench.failure().step, 3);
}

void TestSessionHolds::savingAndStoppingNeverGivesUp()
{
    HeldBench bench;
    QVERIFY(bench.startHeld());
    for (int i = 0; i < 3; ++i) { // still full
        QVERIFY(bench.session.saveAndStop());
        QVERIFY(bench.probe.awaitState(SessionState::Paused));
        QVERIFY(!bench.failure().message.empty());
    }
    bench.makeRoom();
    QVERIFY(bench.session.saveAndStop());
    QVERIFY(bench.probe.awaitState(SessionState::Stopped));
    QCOMPARE(bench.script->saves.load(), 1);
    QCOMPARE(bench.script->stepsRun.load(), 3);
}

void TestSessionHolds::aStopIsHeldForItsCheckpoint()
{
    Bench bench;
    QVERIFY(bench.startPaused());
    bench.script->diskFull = true;
    QVERIFY(bench.session.stop());
    QVERIFY(bench.probe.awaitState(SessionState::Paused));
    QVERIFY(!bench.probe.lastChange().failure.message.empty());
    bench.script->diskFull = false;
    QVERIFY(bench.session.resume());
    QVERIFY(bench.probe.awaitState(SessionState::Stopped));
    QCOMPARE(bench.script->saves.load(), 1);
    QCOMPARE(bench.script->stepsRun.load(), 1);
}

/// Between the wish to stop and its checkpoint, the step's own lines have to be written.
void TestSessionHolds::aStopOutlivesAHold()
{
    HeldBench bench;
    bench.script->border.shut();
    bench.script->beforeStep = [&bench](std::int64_t) { bench.script->diskFull = true; };
    QVERIFY(bench.session.start({}) && bench.script->border.awaitArrivals(1));
    QVERIFY(bench.session.stop());
    bench.script->border.open();
    QVERIFY(bench.probe.awaitState(SessionState::Paused));
    bench.script->diskFull = false;
    QVERIFY(bench.session.resume());
    QVERIFY(bench.probe.awaitState(SessionState::Stopped));
    QCOMPARE(bench.script->stepsRun.load(), 1);
}

void TestSessionHolds::questionsAreAnsweredMeanwhile()
{
    HeldBench bench;
    QVERIFY(bench.startHeld());
    const Answer* answer = bench.probe.awaitAnswer(bench.session.ask(InspectModel {"m"}));
    QVERIFY(answer && std::get<ModelSummary>(*answer).path == "m");
    QCOMPARE(bench.session.state(), SessionState::Paused);
}

void TestSessionHolds::closingGivesUp()
{
    HeldBench bench;
    QVERIFY(bench.startHeld());
    bench.session.close();
    QVERIFY(bench.probe.awaitState(SessionState::Failed));
    QVERIFY(bench.probe.awaitClosed());
}

QTEST_GUILESS_MAIN(TestSessionHolds)
#include "tst_sessionholds.moc"
