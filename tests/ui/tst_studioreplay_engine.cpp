// SPDX-License-Identifier: GPL-3.0-or-later
// Replay equals live with the real engine on the bundled demo: it stands still behind each masking event while the
// window's data is taken; the run's folder, opened again, shows the same of each.
#include "tests/support/SameSnapshot.h"
#include "tests/ui/Shown.h"
#include "training/session/EngineLibrary.h"
#include "ui/ConfigForm.h"
#include "ui/LivePage.h"
#include "ui/MainWindow.h"
#include "ui/RunModel.h"
#include "ui/SessionController.h"
#include "ui/SetupFacts.h"
#include "visualization/RunPlots.h"

#include <QDir>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <limits>
#include <map>
#include <memory>
#include <utility>

using namespace spectune;

namespace {

constexpr int patience = 240'000; // ms; the machine may be busy
constexpr std::int64_t evaluateEvery = 20;

/// Where the run stands still, shared by the engine's thread and the test.
class Stops {
public:
    /// The engine's side: waits behind the event at @p step until the test has looked.
    void waitAt(const std::shared_ptr<const RankSnapshot>& event, std::int64_t step)
    {
        m_events[step] = event;
        m_at = step;
        for (std::int64_t seen = m_seen; seen < step; seen = m_seen)
            m_seen.wait(seen);
    }
    [[nodiscard]] std::int64_t at() const { return m_at; }
    void goOn() { goOnAfter(m_at); }
    void goOnForGood() { goOnAfter(std::numeric_limits<std::int64_t>::max()); }
    /// As the engine published them, by step. @pre the run has ended
    [[nodiscard]] const std::map<std::int64_t, std::shared_ptr<const RankSnapshot>>& events() const { return m_events; }

private:
    void goOnAfter(std::int64_t step)
    {
        m_seen = step;
        m_seen.notify_all();
    }

    std::atomic<std::int64_t> m_at {-1};
    std::atomic<std::int64_t> m_seen {-1};
    std::map<std::int64_t, std::shared_ptr<const RankSnapshot>> m_events;
};

/// The session's control, which sees every step and stands still behind the events.
class StoppingControl final : public RunControl {
public:
    StoppingControl(RunControl& session, Stops& stops)
        : m_session(session)
        , m_stops(stops)
    {
    }
    [[nodiscard]] const StopToken& stopToken() const override { return m_session.stopToken(); }
    void post(RunEvent event) override { m_session.post(std::move(event)); }
    [[nodiscard]] bool snapshotDue() override { return true; }
    void publish(std::shared_ptr<const RankSnapshot> snapshot) override
    {
        m_last = snapshot;
        m_session.publish(std::move(snapshot));
    }
    [[nodiscard]] BorderAction nextAction(std::int64_t stepsDone) override
    {
        if (m_last && m_last->step == stepsDone && m_last->eventStep == stepsDone)
            m_stops.waitAt(m_last, stepsDone);
        return m_session.nextAction(stepsDone);
    }
    [[nodiscard]] bool holdFor(const Failure& failure) override { return m_session.holdFor(failure); }
    [[nodiscard]] std::vector<LiveEdit> takeEdits() override { return m_session.takeEdits(); }

private:
    RunControl& m_session;
    Stops& m_stops;
    std::shared_ptr<const RankSnapshot> m_last;
};

class StoppingEngine final : public TrainingEngine {
public:
    StoppingEngine(std::unique_ptr<TrainingEngine> engine, std::shared_ptr<Stops> stops)
        : m_engine(std::move(engine))
        , m_stops(std::move(stops))
    {
    }
    RunOutcome run(const RunRequest& request, RunControl& control) override
    {
        StoppingControl stopping(control, *m_stops);
        return m_engine->run(request, stopping);
    }
    [[nodiscard]] Answer answer(const Request& request, const RequestContext& context) override
    {
        return m_engine->answer(request, context);
    }

private:
    std::unique_ptr<TrainingEngine> m_engine;
    std::shared_ptr<Stops> m_stops;
};

} // namespace

class TestStudioReplayEngine : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void replayEqualsLive();

private:
    void begin();
    /// What the window shows live behind each event, until the run has ended.
    void watch();
    [[nodiscard]] bool isAt(std::int64_t step);

    QTemporaryDir m_folder;
    std::shared_ptr<Stops> m_stops;
    std::unique_ptr<MainWindow> m_window;
    std::map<std::int64_t, test::Shown> m_live;
    ModuleIndex m_module; ///< in the inspector
};

void TestStudioReplayEngine::init()
{
    QDir::setCurrent(m_folder.path());
    m_stops = std::make_shared<Stops>();
    StudioOptions options;
    options.engine = [stops = m_stops]() -> std::unique_ptr<TrainingEngine> {
        return std::make_unique<StoppingEngine>(engineFromLibrary(findEngineLibrary())(), stops);
    };
    options.demoConfig = QStringLiteral(SPECTUNE_DEMO);
    options.remembers = false;
    options.size = {1440, 900};
    m_window = std::make_unique<MainWindow>(options);
}

void TestStudioReplayEngine::cleanup()
{
    m_stops->goOnForGood(); // also where a check failed on the way
    QSignalSpy closed(&m_window->session(), &SessionController::closed);
    m_window->session().close();
    QVERIFY(closed.wait(patience));
    m_window.reset();
    QDir::setCurrent(QDir::rootPath());
}

void TestStudioReplayEngine::begin()
{
    QSignalSpy settled(&m_window->facts(), &SetupFacts::settled);
    m_window->openDemo();
    m_window->show();
    QVERIFY(settled.wait(patience));
    const std::pair<const char*, std::int64_t> quick[] {{"train.steps", 60}, {"adalora.ti", 10}, {"adalora.tf", 20},
        {"adalora.delta_t", 5}, {"optim.warmup", 5}, {"train.eval_every", evaluateEvery}};
    for (const auto& [key, value] : quick)
        m_window->form().setValue(QLatin1String(key), FieldValue {value});
    QCOMPARE(m_window->form().errorCount(), 0);
    QVERIFY(m_window->startRun());
}

bool TestStudioReplayEngine::isAt(std::int64_t step)
{
    const RunModel& run = m_window->run();
    const auto snapshot = run.shownSnapshot();
    return snapshot && snapshot->step == step && snapshot->eventStep == step && run.step() == step
        && !run.history().events.empty() && run.history().events.back().step == step
        && m_window->live().plots().curves().lastStep() >= step
        && run.history().evaluations.size() == static_cast<std::size_t>(step / evaluateEvery);
}

void TestStudioReplayEngine::watch()
{
    const auto state = [this] { return m_window->run().state(); };
    const auto lastSeen = [this] { return m_live.empty() ? std::int64_t {-1} : m_live.rbegin()->first; };
    while (!isTerminal(state())) {
        QTRY_VERIFY_WITH_TIMEOUT(m_stops->at() > lastSeen() || isTerminal(state()), patience);
        const std::int64_t step = m_stops->at();
        if (step <= lastSeen())
            break;
        QTRY_VERIFY_WITH_TIMEOUT(isAt(step), patience);
        QCOMPARE(m_window->run().shownStep(), std::int64_t {-1}); // live, and unasked
        m_module = ModuleIndex {static_cast<std::int32_t>(m_window->run().layout()->modules.size() / 2)};
        m_live[step] = test::shownIn(*m_window, m_module);
        m_stops->goOn();
    }
    QCOMPARE(state(), SessionState::Finished);
}

void TestStudioReplayEngine::replayEqualsLive()
{
    begin();
    if (!QTest::currentTestFailed())
        watch();
    if (QTest::currentTestFailed())
        return;
    QVERIFY(m_live.size() >= 5);
    const QString folder = m_window->run().folder();
    m_window->openRun(folder);
    RunModel& run = m_window->run();
    QVERIFY(run.isRecorded());
    QCOMPARE(run.history().events.size(), m_live.size());
    QCOMPARE(m_stops->events().size(), m_live.size());
    bool pruned = false;
    for (const auto& [step, was] : m_live) {
        run.showStep(step);
        const RankSnapshot& live = *m_stops->events().at(step);
        QVERIFY2(testing::sameSnapshot(*run.shownSnapshot(), live), qPrintable(QString::number(step)));
        test::verifySame(test::shownIn(*m_window, m_module), was);
        if (QTest::currentTestFailed())
            return;
        for (const ModuleState& module : live.modules)
            pruned = pruned || module.lostAtLastEvent > 0;
    }
    QVERIFY(pruned); // there was something to be shown
}

QTEST_MAIN(TestStudioReplayEngine)
#include "tst_studioreplay_engine.moc"
