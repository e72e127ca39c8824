// SPDX-License-Identifier: GPL-3.0-or-later
// What Live says of a run around its pictures: run bar and status line.
#include "tests/ui/RunFolderBench.h"
#include "tests/ui/StudioBench.h"
#include "ui/ConfigForm.h"
#include "ui/ElidedLabel.h"
#include "ui/LivePage.h"
#include "ui/PageParts.h"
#include "ui/ReplayPlayer.h"
#include "ui/RunBar.h"
#include "ui/RunModel.h"
#include "ui/SessionController.h"
#include "ui/StatusLine.h"
#include "ui/TimelineStrip.h"
#include "visualization/Theme.h"

#include <QAction>
#include <QApplication>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QTextDocumentFragment>

using namespace spectune;
using spectune::test::patience;

class TestLiveBar : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void withoutAModelNothingIsReady();
    void setUpTellsItsOwnSteps();
    void memoryIsShownWhileARunGoesOn();
    void memoryGivesWayInANarrowBar();
    void aPausedRunsTimeBeginsWithResume();
    void aFinishedRunShowsTheLastRateThatWasUsed();
    void theStatusLineFollowsTheState();
    void theStatusLineElides();
    void helpGoesWithItsPage();
    void speedsAreTold();
    void exponentsHaveATrueMinus();
    void theCloseQuestionEndsWithItsRun();
    void aCancelledStartSaysThatNothingIsSaved();
    void aRunWithoutACheckpointIsNotExported();
    void recordedRunsAreNamedAsTheyStand_data();
    void recordedRunsAreNamedAsTheyStand();
    void anotherThemeLeavesTheRunAlone();

private:
    [[nodiscard]] RunBar& bar() { return *window().findChild<RunBar*>(); }
    [[nodiscard]] QLabel& label(const char* name) { return *bar().findChild<QLabel*>(QLatin1String(name)); }
};

void TestLiveBar::withoutAModelNothingIsReady()
{
    QVERIFY(m_bench->open());
    window().showWorkspace(Workspace::Live);
    QCOMPARE(bar().shown().title, "Ready");
    window().newConfig();
    window().showWorkspace(Workspace::Live);
    QCOMPARE(bar().shown().title, "Not started");
    const auto labels = bar().findChildren<QLabel*>();
    QVERIFY(std::ranges::any_of(
        labels, [](const QLabel* one) { return one->isVisible() && one->text() == QLatin1String("Choose a model"); }));
}

void TestLiveBar::setUpTellsItsOwnSteps()
{
    m_bench->runTo(SessionState::Finished);
    window().showWorkspace(Workspace::Setup);
    QCOMPARE(label("RunSubtitle").text(), QStringLiteral("800 steps, about 4.3 epochs"));
    window().form().setValue(QStringLiteral("train.steps"), FieldValue {std::int64_t {1234}});
    QCOMPARE(label("RunSubtitle").text(), QStringLiteral("1,234 steps, about 6.6 epochs"));
    window().showWorkspace(Workspace::Live);
    QVERIFY2(label("RunSubtitle").text().startsWith("step 800"), qPrintable(label("RunSubtitle").text()));
}

void TestLiveBar::memoryIsShownWhileARunGoesOn()
{
    m_bench->pauseAt(200);
    QLabel& memory = label("DeviceMemory");
    QTRY_VERIFY_WITH_TIMEOUT(memory.isVisible(), patience);
    QCOMPARE(QTextDocumentFragment::fromHtml(memory.text()).toPlainText(), QStringLiteral("236.0 MiB / 12.0 GiB"));
    QVERIFY(window().run().mostMemory() >= window().run().memory().used);
    QVERIFY2(memory.accessibleDescription().contains("At most so far: 236.0 MiB"),
        qPrintable(memory.accessibleDescription()));
    QVERIFY(
        memory.accessibleDescription().contains("the whole program: the run with its model, LibTorch and the studio"));
    QCOMPARE(memory.parentWidget()->toolTip(), memory.accessibleDescription()); // and to the pointer
    QVERIFY(window().session().resume());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Finished, patience);
    QVERIFY(!memory.isVisible()); // a run that has ended holds none
}

void TestLiveBar::memoryGivesWayInANarrowBar()
{
    m_bench->pauseAt(200);
    QLabel& memory = label("DeviceMemory");
    QTRY_VERIFY_WITH_TIMEOUT(memory.isVisible(), patience);
    window().resize(1180, 800);
    QTRY_VERIFY_WITH_TIMEOUT(bar().width() <= 1180, patience);
    QTRY_VERIFY_WITH_TIMEOUT(bar().minimumSizeHint().width() <= bar().width(), patience); // nothing is cut
    window().resize(1600, 900);
    QTRY_VERIFY_WITH_TIMEOUT(memory.isVisible(), patience);
}

/// While a run waits no time runs: where there is room its bar says so.
void TestLiveBar::aPausedRunsTimeBeginsWithResume()
{
    m_bench->size = {1600, 900};
    m_bench->pauseAt(200);
    const auto tells = [this](const char* words) {
        const auto labels = bar().findChildren<QLabel*>();
        return std::ranges::any_of(labels,
            [words](const QLabel* one) { return one->isVisible() && one->text().endsWith(QLatin1String(words)); });
    };
    QTRY_VERIFY_WITH_TIMEOUT(tells(" once resumed"), patience);
    window().resize(1180, 800);
    QTRY_VERIFY_WITH_TIMEOUT(!tells(" once resumed"), patience);
    window().resize(1920, 900);
    QTRY_VERIFY_WITH_TIMEOUT(tells(" once resumed"), patience);
    m_bench->release();
    QVERIFY(window().session().resume());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Finished, patience);
    QVERIFY(!tells(" once resumed"));
}

void TestLiveBar::aFinishedRunShowsTheLastRateThatWasUsed()
{
    m_bench->runTo(SessionState::Finished);
    QCOMPARE(window().run().history().metrics.back().lr, 0.0); // the schedule's end
    QVERIFY2(label("LearningRate").text().contains("e−"), qPrintable(label("LearningRate").text()));
}

void TestLiveBar::theStatusLineFollowsTheState()
{
    m_bench->pauseAt(300);
    StatusLine& line = window().status();
    QVERIFY2(line.message().startsWith("Paused after step 30"), qPrintable(line.message()));
    line.setMessage(QStringLiteral("Old"), QStringLiteral("true of the paused run alone"));
    QVERIFY(window().session().stop());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Stopped, patience);
    QVERIFY2(line.message().startsWith("Stopped after step 30"), qPrintable(line.message()));
    QVERIFY(window().startRun());
    QVERIFY2(!line.message().contains("Stopped"), qPrintable(line.message()));
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Finished, patience);
    QCOMPARE(line.message(), QStringLiteral("Finished after step 800."));
}

void TestLiveBar::theStatusLineElides()
{
    StatusLine line;
    line.resize(400, 22);
    line.setPlace(QStringLiteral("runs/card-1     seed 42"), {});
    const QString text = QStringLiteral("a sentence that is longer than the line ").repeated(5);
    line.setMessage(QStringLiteral("Lead"), text);
    line.show();
    const auto* shown = line.findChild<ElidedLabel*>();
    QVERIFY(shown);
    QTRY_VERIFY(shown->width() < 400);
    QVERIFY2(shown->shownText().endsWith(QChar(0x2026)), qPrintable(shown->shownText()));
    QCOMPARE(shown->toolTip(), text);
    QCOMPARE(line.message(), QStringLiteral("Lead: ") + text);
    line.setMessage({}, QStringLiteral("short"));
    QCOMPARE(shown->shownText(), QStringLiteral("short"));
}

void TestLiveBar::helpGoesWithItsPage()
{
    QVERIFY(m_bench->open());
    window().showWorkspace(Workspace::Setup);
    window().status().setHelp(QStringLiteral("Init rank"), QStringLiteral("Triplets at the start."));
    QVERIFY(window().status().message().contains("Init rank"));
    window().showWorkspace(Workspace::Runs);
    QVERIFY(window().status().message().isEmpty());
    window().status().setMessage({}, QStringLiteral("Step 300 saved."));
    window().showWorkspace(Workspace::Live);
    QCOMPARE(window().status().message(), QStringLiteral("Step 300 saved.")); // was no help
}

void TestLiveBar::speedsAreTold()
{
    QCOMPARE((PlaySpeed {.events = 5.0}).shortName(), QStringLiteral("5 events/s"));
    QCOMPARE((PlaySpeed {.events = 1.0}).shortName(), QStringLiteral("1 event/s"));
    QCOMPARE((PlaySpeed {.seconds = 20.0}).shortName(), QStringLiteral("run in 20 s"));
}

void TestLiveBar::exponentsHaveATrueMinus()
{
    QCOMPARE(plainNumber(5e-5), QStringLiteral("5e−5"));
    QCOMPARE(plainNumber(-0.25), QStringLiteral("−0.25"));
    QCOMPARE(plainNumber(0.005), QStringLiteral("0.005"));
    QCOMPARE(plainNumber(64.0), QStringLiteral("64"));
}

void TestLiveBar::theCloseQuestionEndsWithItsRun()
{
    m_bench->scene->waitAt = 50;
    QVERIFY(m_bench->open());
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().step(), 50, patience);
    window().close();
    QVERIFY(bar().isAsking());
    m_bench->release(); // and the run comes to its end before there is an answer
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Finished, patience);
    QVERIFY(!bar().isAsking());
    QVERIFY(bar().mainButton()->isVisible());
    QCOMPARE(window().focusWidget(), bar().mainButton());
    QVERIFY(window().isVisible());
}

void TestLiveBar::aCancelledStartSaysThatNothingIsSaved()
{
    m_bench->scene->prepareWaits = true;
    QVERIFY(m_bench->open());
    QVERIFY(window().startRun());
    QTRY_VERIFY_WITH_TIMEOUT(window().run().stage().startsWith("Reading"), patience);
    QVERIFY(window().session().stop());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Stopping, patience);
    QCOMPARE(bar().shown().title, "Cancelling");
    QVERIFY2(!label("RunSubtitle").text().contains("saving"), qPrintable(label("RunSubtitle").text()));
    QVERIFY2(window().status().message().contains("nothing to be saved"), qPrintable(window().status().message()));
    m_bench->release();
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Stopped, patience);
    QCOMPARE(bar().shown().title, "Cancelled");
    QVERIFY2(window().status().message().contains("nothing was saved"), qPrintable(window().status().message()));
    QVERIFY(window().startRun()); // a later one is no cancelled one
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Finished, patience);
    QVERIFY(!window().run().isCancelled());
}

void TestLiveBar::aRunWithoutACheckpointIsNotExported()
{
    const auto offersExport = [this] {
        for (const QAction* action : window().findChildren<QAction*>())
            if (action->text() == "&Export…")
                return action->isEnabled();
        return false;
    };
    m_bench->scene->failAt = 100; // the first is made after step 300
    m_bench->runTo(SessionState::Failed);
    QVERIFY(window().run().checkpoints().empty());
    QVERIFY(!window().run().isExportable());
    QVERIFY(!offersExport());
    m_bench->scene->failAt = 420;
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Failed, patience);
    QVERIFY(window().run().isExportable());
    QVERIFY(offersExport());
}

void TestLiveBar::recordedRunsAreNamedAsTheyStand_data()
{
    QTest::addColumn<QString>("lastWord");
    QTest::addColumn<bool>("held");
    QTest::addColumn<QString>("title");
    QTest::addColumn<QString>("sentence");
    QTest::newRow("stopped") << "Stopped after step 40." << false << "Stopped"
                             << "Stopped after step 40.";
    QTest::newRow("interrupted") << "" << false << "Interrupted"
                                 << "Interrupted after step 40.";
    QTest::newRow("failed") << "Failed: The memory was full." << false << "Failed"
                            << "Failed after step 40: The memory was full.";
    QTest::newRow("goes on") << "" << true << "Running elsewhere"
                             << "Another process trains this run. It is shown as it was read, after step 40, and "
                                "cannot be resumed here meanwhile.";
}

void TestLiveBar::recordedRunsAreNamedAsTheyStand()
{
    QFETCH(const QString, lastWord);
    QFETCH(const bool, held);
    QFETCH(const QString, title);
    QFETCH(const QString, sentence);
    const QString folder = test::writeRun(m_bench->path("run"), test::written(0, 0.5, lastWord));
    QFile metrics(folder + "/metrics.jsonl");
    QVERIFY(!held || metrics.open(QIODevice::ReadOnly)); // as the process that trains it has
    QVERIFY(m_bench->open());
    window().openRun(folder);
    QCOMPARE(bar().shown().title, title);
    QCOMPARE(bar().mainButton()->isVisible(), !held); // it has a checkpoint to resume from
    if (title != QLatin1String("Stopped")) // of which nothing is said by itself
        QCOMPARE(window().status().message(), sentence);
    window().status().tellState(window().run());
    QCOMPARE(window().status().message(), sentence);
}

void TestLiveBar::anotherThemeLeavesTheRunAlone()
{
    m_bench->runTo(SessionState::Finished);
    TimelineStrip& timeline = window().live().timeline();
    const auto pruned = [&timeline] {
        for (const QLabel* each : timeline.findChildren<QLabel*>())
            if (each->text().contains("pruned"))
                return each->text();
        return QString();
    };
    QVERIFY2(pruned().contains(Theme::darkTheme().prune.name()), qPrintable(pruned()));
    const QSignalSpy reset(&window().run(), &RunModel::reset);
    window().setTheme(ThemeChoice::Light);
    QVERIFY2(pruned().contains(Theme::lightTheme().prune.name()), qPrintable(pruned()));
    timeline.player().play();
    QVERIFY(timeline.player().isPlaying());
    window().setTheme(ThemeChoice::Dark);
    QVERIFY(timeline.player().isPlaying());
    QCOMPARE(reset.count(), 0);
    timeline.player().stop();
}

QTEST_MAIN(TestLiveBar)
#include "tst_livebar.moc"
