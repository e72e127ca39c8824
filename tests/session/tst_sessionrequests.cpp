// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/CompareEnums.h"
#include "tests/support/FakeEngine.h"
#include "tests/support/SessionProbe.h"

#include <QtTest>

#include <new>

using namespace spectune;
using namespace spectune::test;

namespace {

struct Bench {
    std::shared_ptr<FakeScript> script = std::make_shared<FakeScript>();
    TrainingSession session {fakeFactory(script)};
    SessionProbe probe {session};

    ~Bench() { script->openAll(); }

    [[nodiscard]] bool startPaused()
    {
        script->stepping.shut();
        if (!session.start({}) || !probe.awaitState(SessionState::Running) || !session.pause())
            return false;
        script->stepping.open();
        return probe.awaitState(SessionState::Paused);
    }

    /// Makes every request wait until it is cancelled, as a long generation does.
    void makeRequestsEndless()
    {
        script->onRequest = [](const Request&, const RequestContext& context) -> Answer {
            while (true) {
                context.stop.throwIfStopped();
                std::this_thread::yield();
            }
        };
    }
};

/// Answers InspectTriplets with a run's live values, and anything else with a summary.
[[nodiscard]] Answer inspected(const Request& request, const RequestContext&)
{
    const auto* const inspect = std::get_if<InspectTriplets>(&request);
    if (inspect == nullptr)
        return ModelSummary {};
    TripletGeometry geometry;
    geometry.module = inspect->module;
    geometry.live = true;
    return geometry;
}

[[nodiscard]] bool isCancelled(const Answer* answer)
{
    const auto* const failure = answer == nullptr ? nullptr : std::get_if<Failure>(answer);
    return failure != nullptr && failure->kind == FailureKind::Config && failure->message.english() == "Cancelled."
        && failure->step == -1;
}

} // namespace

class TestSessionRequests : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void answersInOrderWhileIdle();
    void streamsBeforeTheAnswer();
    void tellsHowFarARequestIs();
    void waitsForTheEndOfARun();
    void answersWhilePaused();
    void runGoesOnAfterAnAnswerWhilePaused();
    void inspectsBetweenTwoStepsOfARun();
    void aBorderOfARunHasOneInspection();
    void anInspectionThatFailsEndsNoRun();
    void aPauseAnswersInspectionsInTheirTurn();
    void cancelsWhatIsQueued();
    void cancelsWhatIsInWork();
    void stoppedInsideAnAnswerEndsNoRun();
    void whatWasDoneIsAnsweredDespiteCancel();
    void failuresStayWithTheirRequest();
    void closeCancelsAll();
    void startWaitsForARequestWithoutBlocking();
};

void TestSessionRequests::answersInOrderWhileIdle()
{
    Bench bench;
    std::vector<std::int64_t> ids;
    for (int index = 0; index < 20; ++index)
        ids.push_back(bench.session.ask(InspectModel {std::to_string(index)}));
    QVERIFY(bench.probe.awaitAnswer(ids.back()) != nullptr);
    const auto answers = bench.probe.all<Answered>();
    QCOMPARE(answers.size(), ids.size());
    for (std::size_t index = 0; index < ids.size(); ++index) {
        QCOMPARE(answers[index].request, ids[index]);
        QCOMPARE(std::get<ModelSummary>(answers[index].answer).path, std::to_string(index));
    }
    QCOMPARE(bench.session.state(), SessionState::Idle);
}

void TestSessionRequests::streamsBeforeTheAnswer()
{
    Bench bench;
    bench.script->onRequest = [](const Request&, const RequestContext& context) -> Answer {
        context.partialText("Once ");
        context.partialText("upon");
        return GeneratedText {.text = "Once upon", .ids = {1, 2}};
    };
    const std::int64_t id = bench.session.ask(Generate {});
    QVERIFY(bench.probe.awaitAnswer(id) != nullptr);
    const auto& events = bench.probe.events();
    QCOMPARE(events.size(), std::size_t(3));
    QCOMPARE(std::get<PartialText>(events[0]).text, std::string("Once "));
    QCOMPARE(std::get<PartialText>(events[1]).text, std::string("upon"));
    QCOMPARE(std::get<PartialText>(events[1]).request, id);
    QCOMPARE(std::get<GeneratedText>(std::get<Answered>(events[2]).answer).text, std::string("Once upon"));
}

void TestSessionRequests::tellsHowFarARequestIs()
{
    Bench bench;
    bench.script->onRequest = [](const Request&, const RequestContext& context) -> Answer {
        context.progress(makeMessage("Writing"), 0, 2);
        context.progress(makeMessage("Reading back"), 1, 2);
        return ExportReport {};
    };
    const std::int64_t id = bench.session.ask(ExportAdapter {});
    QVERIFY(bench.probe.awaitAnswer(id) != nullptr);
    const auto told = bench.probe.all<RequestProgress>();
    QCOMPARE(told.size(), std::size_t(2));
    QCOMPARE(told[1].request, id);
    QCOMPARE(told[0].progress.stage.english(), std::string("Writing"));
    QCOMPARE(told[1].progress.stage.english(), std::string("Reading back"));
    QCOMPARE(told[1].progress.done, std::int64_t(1));
    QCOMPARE(told[1].progress.total, std::int64_t(2));
    QVERIFY(std::holds_alternative<Answered>(bench.probe.events().back()));
}

void TestSessionRequests::waitsForTheEndOfARun()
{
    Bench bench;
    bench.script->stepping.shut();
    QVERIFY(bench.session.start({}));
    QVERIFY(bench.probe.awaitState(SessionState::Running));
    const std::int64_t id = bench.session.ask(InspectModel {});
    bench.script->stepping.allow(5);
    QVERIFY(bench.script->stepping.awaitArrivals(6));
    QCOMPARE(bench.script->answers.load(), 0);
    bench.script->stepping.open();
    QVERIFY(bench.probe.awaitState(SessionState::Finished));
    QVERIFY(bench.probe.awaitAnswer(id) != nullptr);
    QVERIFY(std::holds_alternative<Answered>(bench.probe.events().back()));
}

void TestSessionRequests::answersWhilePaused()
{
    Bench bench;
    QVERIFY(bench.startPaused());
    for (int index = 0; index < 3; ++index) {
        const Answer* const answer = bench.probe.awaitAnswer(bench.session.ask(InspectModel {"m"}));
        QVERIFY(answer != nullptr);
        QCOMPARE(std::get<ModelSummary>(*answer).path, std::string("m"));
    }
    QCOMPARE(bench.session.state(), SessionState::Paused);
    QCOMPARE(bench.script->stepsRun.load(), 1);
}

void TestSessionRequests::runGoesOnAfterAnAnswerWhilePaused()
{
    Bench bench;
    QVERIFY(bench.startPaused());
    bench.script->answering.shut();
    const std::int64_t id = bench.session.ask(InspectModel {});
    QVERIFY(bench.script->answering.awaitArrivals(1));
    QVERIFY(bench.session.resume());
    QCOMPARE(bench.session.state(), SessionState::Running);
    QCOMPARE(bench.script->stepsRun.load(), 1);
    bench.script->answering.open();
    QVERIFY(bench.probe.awaitState(SessionState::Finished));
    QVERIFY(bench.probe.awaitAnswer(id) != nullptr);
    QCOMPARE(bench.script->stepsRun.load(), 10);
}

void TestSessionRequests::inspectsBetweenTwoStepsOfARun()
{
    Bench bench;
    bench.script->onRequest = inspected;
    bench.script->stepping.shut();
    QVERIFY(bench.session.start({}));
    QVERIFY(bench.probe.awaitState(SessionState::Running));
    QVERIFY(bench.script->stepping.awaitArrivals(1));
    const std::int64_t model = bench.session.ask(InspectModel {}); // asked first, and waits for the end
    const std::int64_t triplets = bench.session.ask(InspectTriplets {.source = {}, .module = "q"});
    QCOMPARE(bench.script->answers.load(), std::int64_t(0)); // never within a step
    bench.script->stepping.allow(1);
    const Answer* const answer = bench.probe.awaitAnswer(triplets);
    QVERIFY(answer != nullptr);
    const auto* const geometry = std::get_if<TripletGeometry>(answer);
    QVERIFY(geometry != nullptr);
    QCOMPARE(geometry->module, std::string("q"));
    QCOMPARE(geometry->step, std::int64_t(1));
    QVERIFY(bench.script->stepping.awaitArrivals(2)); // and it goes on by itself
    QCOMPARE(bench.session.state(), SessionState::Running);
    QCOMPARE(bench.script->answers.load(), std::int64_t(1));
    bench.script->stepping.open();
    QVERIFY(bench.probe.awaitState(SessionState::Finished));
    QVERIFY(bench.probe.awaitAnswer(model) != nullptr);
    QCOMPARE(bench.script->stepsRun.load(), std::int64_t(10));
    for (const StateChanged& change : bench.probe.all<StateChanged>())
        QVERIFY(change.state != SessionState::Paused);
}

void TestSessionRequests::aBorderOfARunHasOneInspection()
{
    Bench bench;
    bench.script->onRequest = inspected;
    bench.script->stepping.shut();
    QVERIFY(bench.session.start({}));
    QVERIFY(bench.script->stepping.awaitArrivals(1));
    std::vector<std::int64_t> ids;
    for (int index = 0; index < 3; ++index)
        ids.push_back(bench.session.ask(InspectTriplets {.source = {}, .module = std::to_string(index)}));
    for (std::size_t index = 0; index < ids.size(); ++index) {
        bench.script->stepping.allow(1);
        QVERIFY(bench.script->stepping.awaitArrivals(static_cast<int>(index) + 2));
        QCOMPARE(bench.script->answers.load(), static_cast<std::int64_t>(index) + 1);
        const Answer* const answer = bench.probe.awaitAnswer(ids[index]);
        QVERIFY(answer != nullptr);
        QCOMPARE(std::get<TripletGeometry>(*answer).module, std::to_string(index));
        QCOMPARE(std::get<TripletGeometry>(*answer).step, static_cast<std::int64_t>(index) + 1);
    }
    // One that is taken back while the run goes on is never seen by the engine.
    const std::int64_t unwanted = bench.session.ask(InspectTriplets {});
    bench.session.cancel(unwanted);
    QVERIFY(isCancelled(bench.probe.awaitAnswer(unwanted)));
    bench.script->stepping.open();
    QVERIFY(bench.probe.awaitState(SessionState::Finished));
    QCOMPARE(bench.script->answers.load(), std::int64_t(3));
}

void TestSessionRequests::anInspectionThatFailsEndsNoRun()
{
    Bench bench;
    bench.script->onRequest = [](const Request&, const RequestContext&) -> Answer { throw std::bad_alloc(); };
    bench.script->stepping.shut();
    QVERIFY(bench.session.start({}));
    QVERIFY(bench.probe.awaitState(SessionState::Running));
    const std::int64_t id = bench.session.ask(InspectTriplets {});
    bench.script->stepping.open();
    const Answer* const answer = bench.probe.awaitAnswer(id);
    QVERIFY(answer != nullptr);
    QCOMPARE(std::get<Failure>(*answer).kind, FailureKind::OutOfMemory);
    QVERIFY(bench.probe.awaitState(SessionState::Finished));
    QCOMPARE(bench.script->stepsRun.load(), std::int64_t(10));
}

void TestSessionRequests::aPauseAnswersInspectionsInTheirTurn()
{
    Bench bench;
    bench.script->onRequest = inspected;
    QVERIFY(bench.startPaused());
    const std::int64_t model = bench.session.ask(InspectModel {});
    const std::int64_t triplets = bench.session.ask(InspectTriplets {});
    const Answer* const answer = bench.probe.awaitAnswer(triplets);
    QVERIFY(answer != nullptr);
    QCOMPARE(std::get<TripletGeometry>(*answer).step, std::int64_t(1)); // the paused step
    const auto answers = bench.probe.all<Answered>();
    QCOMPARE(answers.size(), std::size_t(2));
    QCOMPARE(answers[0].request, model); // paused, all are answered, in order
    QCOMPARE(bench.session.state(), SessionState::Paused);
}

void TestSessionRequests::cancelsWhatIsQueued()
{
    Bench bench;
    bench.script->answering.shut();
    const std::int64_t first = bench.session.ask(InspectModel {"first"});
    QVERIFY(bench.script->answering.awaitArrivals(1));
    const std::int64_t second = bench.session.ask(InspectModel {"second"});
    const std::int64_t third = bench.session.ask(InspectModel {"third"});
    bench.session.cancel(second);
    bench.session.cancel(second);
    bench.session.cancel(99);
    QVERIFY(isCancelled(bench.probe.awaitAnswer(second))); // while the first is still in work
    bench.script->answering.open();
    QCOMPARE(std::get<ModelSummary>(*bench.probe.awaitAnswer(first)).path, std::string("first"));
    QCOMPARE(std::get<ModelSummary>(*bench.probe.awaitAnswer(third)).path, std::string("third"));
    QCOMPARE(bench.probe.all<Answered>().size(), std::size_t(3));
    QCOMPARE(bench.script->answers.load(), 2);
}

void TestSessionRequests::cancelsWhatIsInWork()
{
    Bench bench;
    bench.makeRequestsEndless();
    const std::int64_t id = bench.session.ask(Generate {});
    QVERIFY(bench.script->answering.awaitArrivals(1));
    bench.session.cancel(id);
    QVERIFY(isCancelled(bench.probe.awaitAnswer(id)));
}

void TestSessionRequests::stoppedInsideAnAnswerEndsNoRun()
{
    Bench bench;
    bench.makeRequestsEndless();
    QVERIFY(bench.startPaused());
    const std::int64_t id = bench.session.ask(Generate {});
    QVERIFY(bench.script->answering.awaitArrivals(1));
    bench.session.cancel(id);
    QVERIFY(isCancelled(bench.probe.awaitAnswer(id)));
    QCOMPARE(bench.session.state(), SessionState::Paused);
    QVERIFY(bench.session.step());
    QVERIFY(bench.probe.awaitState(SessionState::Paused));
    QCOMPARE(bench.script->stepsRun.load(), 2);
}

void TestSessionRequests::whatWasDoneIsAnsweredDespiteCancel()
{
    // An export that is on the disk is not called cancelled.
    Bench bench;
    bench.script->onRequest = [](const Request&, const RequestContext&) -> Answer { return ExportReport {}; };
    bench.script->answering.shut();
    const std::int64_t id = bench.session.ask(ExportAdapter {});
    QVERIFY(bench.script->answering.awaitArrivals(1));
    bench.session.cancel(id);
    bench.script->answering.open();
    QVERIFY(std::holds_alternative<ExportReport>(*bench.probe.awaitAnswer(id)));
}

void TestSessionRequests::failuresStayWithTheirRequest()
{
    Bench bench;
    int call = 0;
    bench.script->onRequest = [&call](const Request&, const RequestContext&) -> Answer {
        switch (call++) {
        case 0: throw ioError("config.json is missing.");
        case 1: throw std::bad_alloc();
        case 2: throw 42;
        default: return ModelSummary {};
        }
    };
    QVERIFY(bench.startPaused());
    const std::array<FailureKind, 3> kinds = {FailureKind::Io, FailureKind::OutOfMemory, FailureKind::Internal};
    for (const FailureKind kind : kinds) {
        const Answer* const answer = bench.probe.awaitAnswer(bench.session.ask(InspectModel {}));
        QVERIFY(answer != nullptr);
        QCOMPARE(std::get<Failure>(*answer).kind, kind);
    }
    QVERIFY(std::holds_alternative<ModelSummary>(*bench.probe.awaitAnswer(bench.session.ask(InspectModel {}))));
    QVERIFY(bench.session.resume());
    QVERIFY(bench.probe.awaitState(SessionState::Finished));
}

void TestSessionRequests::closeCancelsAll()
{
    Bench bench;
    bench.makeRequestsEndless();
    std::vector<std::int64_t> ids;
    for (int index = 0; index < 5; ++index)
        ids.push_back(bench.session.ask(Generate {}));
    QVERIFY(bench.script->answering.awaitArrivals(1));
    bench.session.close();
    ids.push_back(bench.session.ask(Generate {}));
    QVERIFY(bench.probe.awaitClosed());
    for (const Answered& answered : bench.probe.all<Answered>())
        QVERIFY(isCancelled(&answered.answer));
    QVERIFY(std::holds_alternative<SessionClosed>(bench.probe.events().back()));
    QVERIFY(bench.probe.all<Answered>().size() >= 5);
    for (std::size_t index = 0; index < 5; ++index)
        QVERIFY(bench.probe.awaitAnswer(ids[index]) != nullptr);
}

void TestSessionRequests::startWaitsForARequestWithoutBlocking()
{
    Bench bench;
    bench.makeRequestsEndless();
    const std::int64_t id = bench.session.ask(Generate {});
    QVERIFY(bench.script->answering.awaitArrivals(1));
    QVERIFY(bench.session.start({}));
    QCOMPARE(bench.session.state(), SessionState::Preparing);
    bench.session.cancel(id);
    QVERIFY(bench.probe.awaitState(SessionState::Finished));
}

QTEST_GUILESS_MAIN(TestSessionRequests)
#include "tst_sessionrequests.moc"
