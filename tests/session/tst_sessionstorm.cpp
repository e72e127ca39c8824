// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/FakeEngine.h"
#include "tests/support/SessionProbe.h"

#include <QtTest>

#include <map>
#include <random>
#include <set>
#include <thread>

using namespace spectune;
using namespace spectune::test;

namespace {

constexpr int operationsPerThread = 5'000;

/// How often each command was given and accepted.
struct Accepted {
    std::atomic<int> given {0};
    std::atomic<int> start {0};
    std::atomic<int> pause {0};
    std::atomic<int> resume {0};
    std::atomic<int> step {0};
    std::atomic<int> stop {0};
    std::atomic<std::int64_t> lastRequest {0};
    std::atomic<int> running {2}; ///< threads that give commands
    std::atomic<int> waiting {0}; ///< of them in waitForProgress()
    std::atomic<bool> reached {false}; ///< what the storm is about; a busy machine takes longer to come there
};

/// Until a step was run, unless none can come: a step goes on as soon as somebody waits for it, so this has an end.
void waitForProgress(const FakeScript& script, const TrainingSession& session, Accepted& accepted)
{
    const std::int64_t before = script.stepsRun.load();
    ++accepted.waiting;
    for (SessionState state = session.state();
         script.stepsRun.load() == before && state != SessionState::Paused && isActive(state); state = session.state())
        std::this_thread::yield();
    --accepted.waiting;
}

void storm(std::uint32_t seed, TrainingSession& session, const FakeScript& script, Accepted& accepted)
{
    std::mt19937 random(seed);
    std::discrete_distribution<int> command {8, 5, 9, 7, 1, 2, 2, 4, 2, 8};
    const auto goesOn = [&accepted](int done) {
        return done < operationsPerThread || (!accepted.reached && done < 200 * operationsPerThread);
    };
    for (int operation = 0; goesOn(operation); ++operation) {
        ++accepted.given;
        switch (command(random)) {
        case 0: accepted.start += session.start({}) ? 1 : 0; break;
        case 1: accepted.pause += session.pause() ? 1 : 0; break;
        case 2: accepted.step += session.step() ? 1 : 0; break;
        case 3: accepted.resume += session.resume() ? 1 : 0; break;
        case 4: accepted.stop += session.stop() ? 1 : 0; break;
        case 5: session.saveNow(); break;
        case 6: session.evaluateNow(); break;
        case 7: {
            const std::int64_t id = session.ask(InspectModel {});
            std::int64_t last = accepted.lastRequest.load();
            while (last < id && !accepted.lastRequest.compare_exchange_weak(last, id)) { }
            break;
        }
        case 8: session.cancel(accepted.lastRequest.load()); break;
        default: waitForProgress(script, session, accepted);
        }
    }
}

const std::map<SessionState, std::set<SessionState>>& legalMoves()
{
    using S = SessionState;
    static const std::map<S, std::set<S>> moves {
        {S::Idle, {S::Preparing}},
        {S::Preparing, {S::Running, S::Stopping, S::Failed}},
        {S::Running, {S::Pausing, S::Stopping, S::Finished, S::Failed}},
        {S::Pausing, {S::Paused, S::Running, S::Stopping, S::Finished, S::Failed}},
        {S::Paused, {S::Running, S::Pausing, S::Stopping}},
        {S::Stopping, {S::Stopped, S::Finished, S::Failed}},
        {S::Finished, {S::Preparing}},
        {S::Stopped, {S::Preparing}},
        {S::Failed, {S::Preparing}},
    };
    return moves;
}

/// Reads a session's events in order and complains at the first that cannot be.
class Judge {
public:
    void see(const RunEvent& event)
    {
        if (m_closed)
            complain("an event follows SessionClosed");
        if (const auto* const change = std::get_if<StateChanged>(&event))
            seeState(*change);
        else if (const auto* const metric = std::get_if<MetricPoint>(&event))
            seeMetric(*metric);
        else if (const auto* const answer = std::get_if<Answered>(&event))
            seeAnswer(*answer);
        else if (const auto* const log = std::get_if<LogLine>(&event))
            m_snapshot = std::stoll(log->text.english().substr(9));
        else if (std::holds_alternative<SessionClosed>(event))
            m_closed = true;
        else if (!isActive(m_state))
            complain("a run's event lies outside a run");
        else if (std::holds_alternative<CheckpointSaved>(event))
            ++saves;
    }

    QString complaint;
    std::map<SessionState, int> entered;
    std::int64_t metrics = 0;
    std::int64_t saves = 0;
    std::set<std::int64_t> answered;
    [[nodiscard]] bool isClosed() const { return m_closed; }

private:
    void complain(const QString& text)
    {
        if (complaint.isEmpty())
            complaint = text + QStringLiteral(" (state %1, step %2)").arg(toString(m_state)).arg(m_step);
    }

    void seeState(const StateChanged& change)
    {
        if (legalMoves().at(m_state).count(change.state) == 0)
            complain(QStringLiteral("no way leads to %1").arg(toString(change.state)));
        if (change.state == SessionState::Preparing) {
            m_step = 0;
            m_snapshot = -1;
            m_pausedAt = -1;
        }
        if (change.step != m_step)
            complain(QStringLiteral("%1 tells step %2").arg(toString(change.state)).arg(change.step));
        if (change.state == SessionState::Paused) {
            if (m_snapshot != m_step)
                complain(QStringLiteral("paused with the snapshot of step %1").arg(m_snapshot));
            if (m_steppedFromPause && m_step != m_pausedAt + 1)
                complain(QStringLiteral("a step from %1 ended elsewhere").arg(m_pausedAt));
            m_pausedAt = m_step;
        }
        m_steppedFromPause = m_state == SessionState::Paused && change.state == SessionState::Pausing;
        m_state = change.state;
        ++entered[change.state];
    }

    void seeMetric(const MetricPoint& metric)
    {
        if (m_state != SessionState::Running && m_state != SessionState::Pausing && m_state != SessionState::Stopping)
            complain("a step was run");
        if (metric.step != m_step + 1)
            complain(QStringLiteral("step %1 came").arg(metric.step));
        m_step = metric.step;
        ++metrics;
    }

    void seeAnswer(const Answered& answer)
    {
        if (!answered.insert(answer.request).second)
            complain(QStringLiteral("request %1 was answered twice").arg(answer.request));
    }

    SessionState m_state = SessionState::Idle;
    std::int64_t m_step = 0;
    std::int64_t m_snapshot = -1;
    std::int64_t m_pausedAt = -1;
    bool m_steppedFromPause = false;
    bool m_closed = false;
};

} // namespace

class TestSessionStorm : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void keepsItsWord_data();
    void keepsItsWord();
    void aSlowReaderLosesOnlyMetrics();
};

void TestSessionStorm::keepsItsWord_data()
{
    QTest::addColumn<std::uint32_t>("seed");
    for (std::uint32_t seed = 1; seed <= 4; ++seed)
        QTest::addRow("seed %u", seed) << seed;
}

void TestSessionStorm::keepsItsWord()
{
    QFETCH(std::uint32_t, seed);
    const auto script = std::make_shared<FakeScript>();
    script->totalSteps = 8;
    script->logsSnapshots = true;
    script->announcesTotal = seed % 2 == 0;
    Accepted accepted;
    script->beforeStep = [&, run = script.get()](std::int64_t step) {
        // A step takes as long as a command, however the threads are scheduled, so that commands meet steps.
        const int given = accepted.given;
        while (accepted.running > 0 && accepted.waiting == 0 && accepted.given == given)
            std::this_thread::yield();
        if (step == 4 && run->runs % 5 == 0)
            throw Error(FailureKind::Diverged, makeMessage("The loss is not finite."));
    };
    script->inPreparation = [run = script.get()](std::int64_t) {
        if (run->runs % 7 == 0)
            throw configError("data.path is missing.");
    };
    TrainingSession session(fakeFactory(script));
    Judge judge;
    const auto look = [&] {
        for (const RunEvent& event : session.takeEvents())
            judge.see(event);
    };

    using S = SessionState;
    constexpr std::array wanted {S::Running, S::Pausing, S::Paused, S::Stopping, S::Finished, S::Stopped, S::Failed};
    const auto hasReached = [&] {
        return accepted.step > 0 && std::ranges::all_of(wanted, [&](S state) { return judge.entered[state] > 0; });
    };
    const auto work = [&](std::uint32_t own) {
        storm(own, session, *script, accepted);
        --accepted.running;
    };
    std::thread first(work, seed);
    std::thread second(work, seed + 1000);
    while (accepted.running > 0) {
        look();
        accepted.reached = hasReached();
        static_cast<void>(session.latestSnapshot());
        std::this_thread::yield();
    }
    first.join();
    second.join();
    session.close();
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!judge.isClosed() && std::chrono::steady_clock::now() < deadline) {
        look();
        std::this_thread::yield();
    }

    QVERIFY2(judge.complaint.isEmpty(), qPrintable(judge.complaint));
    QVERIFY(judge.isClosed());
    auto& entered = judge.entered;
    const int stopsByClose = entered[S::Stopping] - accepted.stop.load();
    QVERIFY(stopsByClose == 0 || stopsByClose == 1);
    QCOMPARE(entered[S::Preparing], accepted.start.load());
    QCOMPARE(entered[S::Finished] + entered[S::Stopped] + entered[S::Failed], accepted.start.load());
    QCOMPARE(entered[S::Pausing], accepted.pause.load() + accepted.step.load());
    QVERIFY(entered[S::Running] >= accepted.resume.load());
    QVERIFY(entered[S::Running] <= accepted.resume.load() + accepted.start.load());
    QCOMPARE(judge.metrics, script->stepsRun.load());
    QCOMPARE(judge.saves, script->saves.load());
    QCOMPARE(std::int64_t(judge.answered.size()), accepted.lastRequest.load());
    // The storm reached what it is about.
    for (const S state : wanted)
        QVERIFY2(entered[state] > 0, toString(state));
    QVERIFY(accepted.step.load() > 0);
    qInfo("%d runs, %lld steps, %d pauses, %d single steps, %d stops, %zu answers", accepted.start.load(),
        static_cast<long long>(judge.metrics), accepted.pause.load(), accepted.step.load(), accepted.stop.load(),
        judge.answered.size());
}

void TestSessionStorm::aSlowReaderLosesOnlyMetrics()
{
    const auto script = std::make_shared<FakeScript>();
    script->totalSteps = 100'000;
    TrainingSession session(fakeFactory(script));
    QVERIFY(session.start({}));
    const std::int64_t request = session.ask(InspectModel {});
    QVERIFY(script->answering.awaitArrivals(1)); // the run is over
    session.close();
    SessionProbe probe(session);
    QVERIFY(probe.awaitClosed());

    QCOMPARE(probe.states(), (std::vector {SessionState::Preparing, SessionState::Running, SessionState::Finished}));
    QCOMPARE(probe.all<PreparationProgress>().size(), std::size_t(3));
    QCOMPARE(probe.all<RunStarted>().size(), std::size_t(1));
    QVERIFY(probe.awaitAnswer(request) != nullptr);
    const auto metrics = probe.all<MetricPoint>();
    QVERIFY(metrics.size() < 40'000);
    QVERIFY(metrics.size() > 10'000);
    QCOMPARE(metrics.front().step, 1);
    QCOMPARE(metrics.back().step, 100'000);
    for (std::size_t index = 1; index < metrics.size(); ++index)
        QVERIFY(metrics[index].step > metrics[index - 1].step);
}

QTEST_GUILESS_MAIN(TestSessionStorm)
#include "tst_sessionstorm.moc"
