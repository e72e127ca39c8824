// SPDX-License-Identifier: GPL-3.0-or-later
// Going back in a run: replay equals live, playing, the inspector's history and exact values.
#include "tests/ui/Shown.h"
#include "tests/ui/StudioBench.h"
#include "ui/ConfigForm.h"
#include "ui/GeometrySection.h"
#include "ui/HistorySection.h"
#include "ui/Inspector.h"
#include "ui/LivePage.h"
#include "ui/RecordedRun.h"
#include "ui/ReplayPlayer.h"
#include "ui/RunModel.h"
#include "ui/RunRail.h"
#include "ui/SessionController.h"
#include "ui/TimelineStrip.h"
#include "visualization/GramView.h"
#include "visualization/RankGrid.h"
#include "visualization/RunPlots.h"
#include "visualization/SpectrumBars.h"
#include "visualization/TripletHistory.h"

#include <QFile>
#include <QLabel>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <iterator>
#include <map>

using namespace spectune;
using spectune::test::patience;
using spectune::test::verifySame;

class TestStudioReplay : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void replayEqualsLive_data();
    void replayEqualsLive();
    void scrubbingWhileItTrainsEqualsReplay();
    void healthIsThatOfTheShownStep();
    void exportsAreOfTheEndAlone();
    void healthIsThatOfTheMapWithoutMetrics();
    void aFolderWithoutReplayTellsRanks();
    void cutRanksAreDamage();
    void speedsAreStepsPerSecond();
    void playingEndsLive();
    void theInspectorShowsTheRun();
    void aTripletThatIsNoMoreIsForgotten();
    void exactValuesComeWhilePaused();

private:
    [[nodiscard]] test::Shown shown() { return test::shownIn(window(), ModuleIndex {17}); }
};

void TestStudioReplay::init()
{
    StudioTest::init();
    m_bench->scene->writesFiles = true;
}

void TestStudioReplay::replayEqualsLive_data()
{
    QTest::addColumn<int>("event");
    for (const int step : {91, 201, 341})
        QTest::addRow("step %d", step) << step;
}

/// The engine stands still right behind an event: what the window shows then, unasked, is what its replay shows.
void TestStudioReplay::replayEqualsLive()
{
    QFETCH(const int, event);
    m_bench->scene->waitAt = event;
    QVERIFY(m_bench->open());
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().step(), std::int64_t {event}, patience);
    const auto atEvent = [&] {
        const auto snapshot = window().run().shownSnapshot();
        return snapshot && snapshot->step == event && snapshot->eventStep == event;
    };
    QTRY_VERIFY_WITH_TIMEOUT(atEvent() && window().live().plots().curves().lastStep() >= event, patience);
    QCOMPARE(window().run().shownStep(), std::int64_t {-1});
    const test::Shown was = shown();
    m_bench->release();
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Finished, patience);
    window().openRun(window().run().folder());
    QVERIFY(window().run().isRecorded());
    window().run().showStep(event);
    const test::Shown is = shown();
    verifySame(is, was);
    QVERIFY(is.inspector.size() > 2 && !is.inspector.at(is.inspector.size() - 2).isEmpty() && !is.timeline.isEmpty());
}

void TestStudioReplay::scrubbingWhileItTrainsEqualsReplay()
{
    m_bench->scene->waitAt = 520;
    QVERIFY(m_bench->open());
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().step(), std::int64_t {520}, patience);
    std::map<std::int64_t, test::Shown> live;
    for (const std::int64_t step : {50, 91, 200, 205, 341}) {
        window().run().showStep(step);
        live[step] = shown();
        QVERIFY(step < 91 || window().run().shownSnapshot()->hasScores);
    }
    window().run().showStep(-1);
    m_bench->release();
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Finished, patience);
    window().openRun(window().run().folder());
    for (const auto& [step, was] : live) {
        window().run().showStep(step);
        verifySame(shown(), was);
    }
}

void TestStudioReplay::healthIsThatOfTheShownStep()
{
    m_bench->runTo(SessionState::Finished);
    const auto tells = [this](const QString& words) {
        const auto labels = window().live().rail().findChildren<QLabel*>();
        return std::ranges::any_of(labels, [&](const QLabel* label) { return label->text() == words; });
    };
    const auto show = [this](std::int64_t step) {
        window().run().showStep(step);
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete); // rows that gave way to others
    };
    const auto& events = window().run().history().events;
    const auto count = QString::number(events.size());
    QTRY_VERIFY(tells("event " + count + " of " + count) && tells("Budget met"));
    const auto second = std::next(events.begin());
    show(second->step + 1);
    QVERIFY(tells("event 2 of " + count) && !tells("event " + count + " of " + count));
    QVERIFY(tells(QStringLiteral("Σ rank %1, b %1").arg(second->budget)));
    show(events.front().step - 1);
    QVERIFY(tells("Pruning not begun") && tells("first event at step 91")); // no tick for what has not been
    QVERIFY(!tells("Pruning") && !tells("Budget met"));
    show(-1);
    QVERIFY(tells("event " + count + " of " + count));
}

/// What an export leaves out is not told of a step before the run's end.
void TestStudioReplay::exportsAreOfTheEndAlone()
{
    m_bench->runTo(SessionState::Finished);
    const auto detail = [this] { // of the matrices at rank 0
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        const auto labels = window().live().rail().findChildren<QLabel*>();
        const auto title = std::ranges::find_if(
            labels, [](const QLabel* label) { return label->text().endsWith(QLatin1String(" at rank 0")); });
        return title == labels.end() ? QString() : (*std::next(title))->text();
    };
    QTRY_COMPARE(detail(), QString("left out of the LoRA exports"));
    const std::int64_t before = window().run().step() - 1;
    window().run().showStep(before);
    QVERIFY(window().run().matricesAtZero() > 0);
    QCOMPARE(detail(), QString("at step %1").arg(before));
    window().run().showStep(-1);
    QCOMPARE(detail(), QString("left out of the LoRA exports"));
}

/// The heat map is of the last step that metrics.jsonl has: so is what Health says.
void TestStudioReplay::healthIsThatOfTheMapWithoutMetrics()
{
    m_bench->runTo(SessionState::Finished);
    const QString folder = window().run().folder();
    const auto count = QString::number(window().run().history().events.size());
    QVERIFY(QFile::remove(folder + "/metrics.jsonl"));
    window().openRun(folder);
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    QVERIFY(window().run().shownSnapshot()->eventStep < 0);
    const auto labels = window().live().rail().findChildren<QLabel*>();
    const auto tells = [&labels](const QString& words) {
        return std::ranges::any_of(labels, [&](const QLabel* label) { return label->text() == words; });
    };
    QVERIFY(tells("the steps after event 0 of " + count + " are lost"));
    QVERIFY(!tells("Budget met"));
}

void TestStudioReplay::aFolderWithoutReplayTellsRanks()
{
    m_bench->runTo(SessionState::Finished);
    const QString folder = window().run().folder();
    window().run().showStep(341);
    const QStringList with = window().live().grid().toCsv().split('\n');
    QVERIFY(QFile::remove(folder + "/replay.bin"));
    window().openRun(folder);
    window().run().showStep(341);
    QVERIFY(!window().run().shownSnapshot()->hasScores);
    QVERIFY(!window().run().shownSnapshot()->hasTriplets);
    const QStringList without = window().live().grid().toCsv().split('\n');
    QCOMPARE(without.size(), with.size());
    for (qsizetype i = 1; i + 1 < with.size(); ++i)
        QCOMPARE(without[i].split(',')[4], with[i].split(',')[4]); // ranks are the same
}

void TestStudioReplay::cutRanksAreDamage()
{
    m_bench->runTo(SessionState::Finished);
    const QString folder = window().run().folder();
    QCOMPARE(readRecordedRun(folder).damage, QString());
    QFile ranks(folder + "/ranks.jsonl");
    QVERIFY(ranks.open(QIODevice::ReadWrite));
    const QByteArray first = ranks.readLine();
    QVERIFY(ranks.resize(first.size()));
    ranks.close();
    const QString damage = readRecordedRun(folder).damage;
    QVERIFY2(damage.startsWith(QLatin1String("ranks.jsonl ends at step ")), qPrintable(damage));
    QVERIFY(ranks.remove() && ranks.open(QIODevice::WriteOnly));
    ranks.close();
    QVERIFY(readRecordedRun(folder).damage.startsWith(QLatin1String("ranks.jsonl ends at step 0,")));
}

void TestStudioReplay::speedsAreStepsPerSecond()
{
    const PlaySpeed five {.events = 5.0};
    QCOMPARE(five.stepsPerSecond(10, 800), 50.0);
    QCOMPARE(five.stepsPerSecond(0, 800), 40.0); // without events
    const PlaySpeed whole {.seconds = 20.0};
    QCOMPARE(whole.stepsPerSecond(10, 800), 40.0);
}

void TestStudioReplay::playingEndsLive()
{
    m_bench->runTo(SessionState::Finished);
    ReplayPlayer& player = window().live().timeline().player();
    QSignalSpy steps(&window().run(), &RunModel::shownStepChanged);
    player.setSpeed({.events = 10.0});
    player.play();
    QVERIFY(player.isPlaying());
    QCOMPARE(window().run().shownStep(), 1);
    player.showAfter(1000);
    QCOMPARE(window().run().shownStep(), 101);
    window().run().showStep(400); // dragged meanwhile: it goes on from there
    player.showAfter(500);
    QCOMPARE(window().run().shownStep(), 450);
    player.showAfter(1'000'000);
    QCOMPARE(window().run().shownStep(), -1);
    QVERIFY(!player.isPlaying());
    player.play();
    window().live().timeline().goLive();
    QVERIFY(!player.isPlaying());
}

void TestStudioReplay::theInspectorShowsTheRun()
{
    m_bench->runTo(SessionState::Finished);
    Inspector& inspector = window().live().inspector();
    inspector.setModule(ModuleIndex {17});
    TripletHistory& history = inspector.historySection().history();
    QVERIFY(!history.isEmpty());
    const auto marks = history.marksOf(7, 400);
    QVERIFY(std::find(marks.begin(), marks.end(), TripletHistory::Mark::Fell) != marks.end());
    QSignalSpy moved(&window().run(), &RunModel::shownStepChanged);
    Q_EMIT history.stepActivated(341);
    QCOMPARE(moved.count(), 1);
    QCOMPARE(window().run().shownStep(), 341);
}

/// The last of eight is chosen; the next run has four in each matrix.
void TestStudioReplay::aTripletThatIsNoMoreIsForgotten()
{
    m_bench->runTo(SessionState::Finished);
    Inspector& inspector = window().live().inspector();
    inspector.setModule(ModuleIndex {41});
    TripletHistory& history = inspector.historySection().history();
    Q_EMIT history.tripletActivated(7);
    QCOMPARE(history.selected(), 7);
    window().form().setValue("adalora.init_rank", FieldValue {std::int64_t {4}});
    QCOMPARE(window().form().errorCount(), 0);
    QVERIFY(window().startRun());
    QVERIFY(history.selected() < 4);
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Finished, patience);
    QCOMPARE(window().run().shownSnapshot()->layout->initRank, 4);
    QVERIFY(history.selected() >= 0 && history.selected() < 4);
}

void TestStudioReplay::exactValuesComeWhilePaused()
{
    m_bench->scene->waitAt = 520;
    QVERIFY(m_bench->open());
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().step(), std::int64_t {520}, patience);
    GeometrySection& section = window().live().inspector().geometrySection();
    window().live().inspector().setModule(ModuleIndex {17});
    QVERIFY(section.spectrum().singular().empty()); // not while it trains
    QVERIFY(window().session().pause());
    m_bench->release();
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Paused, patience);
    QTRY_COMPARE_WITH_TIMEOUT(section.spectrum().singular().size(), std::size_t {8}, patience);
    QVERIFY(section.spectrum().largestGap() > 0.0);
    QVERIFY(section.gram(0).largest() > 0.0);
}

QTEST_MAIN(TestStudioReplay)
#include "tst_studioreplay.moc"
