// SPDX-License-Identifier: GPL-3.0-or-later
// One way through the whole studio, as a person takes it: set up, mend an issue, train with the tour, pause, step, look,
// go back in time, stop, start again, try, export, learn; and at the end the run is opened again from its folder alone.
#include "tests/ui/StudioBench.h"
#include "training/core/Error.h"
#include "ui/ConfigForm.h"
#include "ui/ExportWindow.h"
#include "ui/GlossaryPage.h"
#include "ui/Inspector.h"
#include "ui/LearnDesk.h"
#include "ui/LearnPage.h"
#include "ui/LensRow.h"
#include "ui/LivePage.h"
#include "ui/RunBar.h"
#include "ui/RunModel.h"
#include "ui/SessionController.h"
#include "ui/SetupPage.h"
#include "ui/StatusLine.h"
#include "ui/SvdLens.h"
#include "ui/TimelineStrip.h"
#include "ui/Tour.h"
#include "ui/TryPage.h"
#include "visualization/RankGrid.h"

#include <QDir>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

using namespace spectune;
using spectune::test::patience;

class TestWholeStudio : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void fromSetUpToReopened();

private:
    void setUp();
    void trainWithTheTour();
    void lookAround();
    void goBackInTime();
    void stopAndStartAgain();
    void tryAndExport();
    void learn();
    void reopen();
    [[nodiscard]] MainWindow& window() { return *m_bench.window; }

    test::StudioBench m_bench;
    RunHistory m_history; ///< as it was seen live
    std::vector<std::int32_t> m_ranksAt300; ///< of the live run, on its timeline
};

void TestWholeStudio::setUp()
{
    QVERIFY(m_bench.open());
    window().showWorkspace(Workspace::Setup);
    window().form().setText("adalora.target_rank", "9"); // above the initial rank of 8
    QTRY_VERIFY(window().form().errorCount() > 0);
    QVERIFY(!window().startRun());
    window().setup().nextIssue();
    window().form().setText("adalora.target_rank", "3");
    QTRY_COMPARE(window().form().errorCount(), 0);
}

void TestWholeStudio::trainWithTheTour()
{
    m_bench.scene->waitAt = 150;
    window().learn().startTour();
    QTRY_COMPARE_WITH_TIMEOUT(window().run().step(), 150, patience);
    for (int stop = 0; stop < 4; ++stop)
        window().learn().tour().next(); // the first pruning has happened by now
    QCOMPARE(window().learn().tour().place(), 4U);
    QCOMPARE(window().run().shownStep(), window().run().history().events.front().step);
    window().learn().tour().leave();
    QCOMPARE(window().run().shownStep(), -1);
    QVERIFY(window().session().pause());
    m_bench.release();
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Paused, patience);
    const std::int64_t before = window().session().stepsDone();
    QVERIFY(window().session().step());
    QTRY_COMPARE_WITH_TIMEOUT(window().session().stepsDone(), before + 1, patience);
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Paused, patience);
    QVERIFY(window().session().evaluateNow());
    QTRY_VERIFY_WITH_TIMEOUT(!window().run().history().evaluations.empty(), patience);
}

void TestWholeStudio::lookAround()
{
    LivePage& live = window().live();
    for (int mode = 0; mode < 4; ++mode)
        live.setHeatMode(mode);
    live.setHeatMode(0);
    live.grid().setFocus();
    QTest::keyClick(&live.grid(), Qt::Key_Down);
    QVERIFY(live.inspector().module().isValid());
    QCOMPARE(live.inspector().module(), live.grid().selected());
    window().setTheme(ThemeChoice::Light);
    window().setTheme(ThemeChoice::Dark);
}

void TestWholeStudio::goBackInTime()
{
    TimelineStrip& timeline = window().live().timeline();
    timeline.previousEvent();
    timeline.previousEvent();
    const std::int64_t shown = window().run().shownStep();
    QVERIFY(shown > 0);
    timeline.nextEvent();
    QVERIFY(window().run().shownStep() > shown);
    timeline.goLive();
    QCOMPARE(window().run().shownStep(), -1);
}

void TestWholeStudio::stopAndStartAgain()
{
    QVERIFY(window().session().stop());
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Stopped, patience);
    QVERIFY(!window().run().checkpoints().empty());
    window().newConfig(); // and start again, from the file this time
    window().openConfig(m_bench.path("card.json"));
    m_bench.scene->waitAt = -1;
    window().showWorkspace(Workspace::Setup);
    QTRY_COMPARE_WITH_TIMEOUT(window().form().errorCount(), 0, patience);
    QTRY_VERIFY_WITH_TIMEOUT(window().form().model(), patience);
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Finished, patience);
    m_history = window().run().history();
    QVERIFY(m_history.events.size() > 30);
    window().run().showStep(300);
    for (const ModuleState& module : window().run().shownSnapshot()->modules)
        m_ranksAt300.push_back(module.rank);
    window().run().showStep(-1);
}

void TestWholeStudio::tryAndExport()
{
    QDir(window().run().folder()).mkpath("adapter");
    window().showWorkspace(Workspace::Try);
    window().tryPage().setPrompt("Card:", " Paul | wolf");
    window().tryPage().generate();
    QTRY_VERIFY_WITH_TIMEOUT(!window().tryPage().isGenerating(), patience);
    QVERIFY(window().tryPage().text(0) != window().tryPage().text(1));
    window().showExport();
    window().exportWindow()->write();
    QTRY_VERIFY_WITH_TIMEOUT(!window().exportWindow()->written().empty() && !window().session().isPolling(), patience);
    for (const ExportReport& report : window().exportWindow()->written())
        QVERIFY(report.maxDifference < 1e-6);
    window().exportWindow()->close();
}

void TestWholeStudio::learn()
{
    window().showWorkspace(Workspace::Learn);
    window().learn().page().showLesson(LearnPage::Lesson::Lens);
    QTRY_VERIFY_WITH_TIMEOUT(window().learn().page().lens().deltaRow().parts(), patience);
    window().learn().page().lens().setRank(2);
    QVERIFY(window().learn().page().lens().deltaRow().error() > 0);
    window().learn().page().showLesson(LearnPage::Lesson::Glossary);
    window().learn().page().glossary().showTerm("triplet");
    QVERIFY(window().learn().page().glossary().text().contains("AdaLoRA"));
}

void TestWholeStudio::reopen()
{
    const QString folder = window().run().folder();
    QVERIFY(m_bench.close());
    StudioOptions options;
    options.engine = []() -> std::unique_ptr<TrainingEngine> { throw ioError("no engine here"); };
    options.remembers = false;
    options.size = m_bench.size;
    m_bench.window = std::make_unique<MainWindow>(options);
    window().show();
    window().openRun(folder);
    QVERIFY(window().run().isRecorded());
    const RunHistory& again = window().run().history();
    QCOMPARE(again.metrics.size(), m_history.metrics.size());
    QCOMPARE(again.metrics.back().loss, m_history.metrics.back().loss);
    QCOMPARE(again.events.size(), m_history.events.size());
    for (std::size_t i = 0; i < again.events.size(); ++i)
        QCOMPARE(again.events[i].ranks, m_history.events[i].ranks);
    window().run().showStep(300);
    std::vector<std::int32_t> ranks;
    for (const ModuleState& module : window().run().shownSnapshot()->modules)
        ranks.push_back(module.rank);
    QCOMPARE(ranks, m_ranksAt300); // replay shows what live showed
    QCOMPARE(window().run().shownStep(), 300);
}

void TestWholeStudio::fromSetUpToReopened()
{
    m_bench.scene->writesFiles = true;
    for (const auto part : {&TestWholeStudio::setUp, &TestWholeStudio::trainWithTheTour, &TestWholeStudio::lookAround,
             &TestWholeStudio::goBackInTime, &TestWholeStudio::stopAndStartAgain, &TestWholeStudio::tryAndExport,
             &TestWholeStudio::learn, &TestWholeStudio::reopen}) {
        (this->*part)();
        if (QTest::currentTestFailed())
            return;
    }
}

QTEST_MAIN(TestWholeStudio)
#include "tst_wholestudio.moc"
