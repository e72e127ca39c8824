// SPDX-License-Identifier: GPL-3.0-or-later
// One way through the whole studio, as a person takes it: a preset and back, set up, mend an issue, train with the
// tour, pause, step, look, go back in time, stop, start again, try, export in every format, learn, compare; and at the
// end the run is opened again from its folder alone.
#include "tests/ui/StudioBench.h"
#include "training/core/Error.h"
#include "ui/CompareTable.h"
#include "ui/ConfigForm.h"
#include "ui/ExportRow.h"
#include "ui/ExportWindow.h"
#include "ui/GlossaryPage.h"
#include "ui/Inspector.h"
#include "ui/LearnDesk.h"
#include "ui/LearnPage.h"
#include "ui/LensRow.h"
#include "ui/LivePage.h"
#include "ui/PresetBar.h"
#include "ui/RunBar.h"
#include "ui/RunLibrary.h"
#include "ui/RunListModel.h"
#include "ui/RunModel.h"
#include "ui/RunsMaps.h"
#include "ui/RunsPage.h"
#include "ui/SessionController.h"
#include "ui/SetupPage.h"
#include "ui/StatusLine.h"
#include "ui/SvdLens.h"
#include "ui/TimelineStrip.h"
#include "ui/Tour.h"
#include "ui/TryPage.h"
#include "visualization/ComparePlot.h"
#include "visualization/RankGrid.h"

#include <QCheckBox>
#include <QDir>
#include <QImage>
#include <QPixmap>
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
    void compare();
    void reopen();
    [[nodiscard]] MainWindow& window() { return *m_bench.window; }

    test::StudioBench m_bench;
    RunHistory m_history; ///< as it was seen live
    QString m_folder; ///< of the run that finished
    std::vector<std::int32_t> m_ranksAt300; ///< of the live run, on its timeline
};

void TestWholeStudio::setUp()
{
    QVERIFY(m_bench.open());
    window().showWorkspace(Workspace::Setup);
    window().form().setText("adalora.target_rank", "9"); // above the initial rank of 8
    QTRY_VERIFY(window().form().errorCount() > 0);
    QVERIFY(!window().startRun());
    PresetBar& presets = window().setup().presets(); // all of it changes, and comes back
    const RunConfig before = window().form().config();
    presets.choose(1);
    QVERIFY(window().form().config().optim.lr != before.optim.lr
        || window().form().config().adalora.tf != before.adalora.tf);
    window().restoreSetup();
    QCOMPARE(window().form().config().adalora.tf, before.adalora.tf);
    QCOMPARE(window().form().config().adalora.targetRank, 9);
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
    QImage before = live.grid().grab().toImage();
    for (const GridMode mode : {GridMode::Importance, GridMode::LambdaSum, GridMode::Orthogonality, GridMode::Revivals,
             GridMode::Rank}) { // each of the five, by its key
        QTest::keyClick(&live.grid(), static_cast<Qt::Key>(Qt::Key_1 + static_cast<int>(mode)));
        QCOMPARE(live.grid().mode(), mode);
        QCOMPARE(live.grid().missingText(), QString());
        const QImage now = live.grid().grab().toImage();
        QVERIFY2(now != before, qPrintable(QString::number(static_cast<int>(mode))));
        before = now;
    }
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
    m_folder = window().run().folder();
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
    for (const ExportRow* row : window().exportWindow()->findChildren<ExportRow*>()) {
        if (!row->isChosen())
            QTest::mouseClick(row->findChild<QCheckBox*>(), Qt::LeftButton);
        QVERIFY(row->isChosen());
    }
    window().exportWindow()->write();
    QTRY_VERIFY_WITH_TIMEOUT(!window().exportWindow()->written().empty() && !window().session().isPolling(), patience);
    for (const ExportReport& report : window().exportWindow()->written())
        QVERIFY(report.maxDifference < 1e-6);
    QCOMPARE(window().exportWindow()->written().size(), 5U); // each format, read back
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

/// The run that was stopped and the one that finished, which are of one configuration.
void TestWholeStudio::compare()
{
    window().showWorkspace(Workspace::Runs);
    RunsPage& runs = window().runsPage();
    QTRY_COMPARE_WITH_TIMEOUT(window().library().records().size(), 2U, patience);
    QTRY_COMPARE_WITH_TIMEOUT(runs.list().rowCount(), 2, patience);
    std::vector<std::int64_t> ids;
    for (const RunRecord& record : window().library().records())
        ids.push_back(record.id);
    runs.list().choose(ids);
    QTRY_COMPARE_WITH_TIMEOUT(runs.plot().curves().curves().size(), 2U, patience);
    QTRY_VERIFY_WITH_TIMEOUT(!runs.table().results().empty(), patience);
    QCOMPARE(runs.table().configuration().size(), 0U);
    QTRY_VERIFY_WITH_TIMEOUT(!runs.maps().difference().difference.empty(), patience);
    const std::vector<std::int32_t> difference = runs.maps().difference().difference;
    runs.swap();
    QTRY_VERIFY_WITH_TIMEOUT(runs.maps().difference().difference != difference, patience);
    runs.startAgain();
    QCOMPARE(window().workspace(), Workspace::Setup);
    QCOMPARE(window().form().config().adalora.targetRank, 3);
}

void TestWholeStudio::reopen()
{
    QVERIFY(m_bench.close());
    StudioOptions options;
    options.engine = []() -> std::unique_ptr<TrainingEngine> { throw ioError("no engine here"); };
    options.remembers = false;
    options.size = m_bench.size;
    m_bench.window = std::make_unique<MainWindow>(options);
    window().show();
    window().openRun(m_folder);
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
             &TestWholeStudio::learn, &TestWholeStudio::compare, &TestWholeStudio::reopen}) {
        (this->*part)();
        if (QTest::currentTestFailed())
            return;
    }
}

QTEST_MAIN(TestWholeStudio)
#include "tst_wholestudio.moc"
