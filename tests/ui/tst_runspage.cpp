// SPDX-License-Identifier: GPL-3.0-or-later
// The Runs workspace in the whole window: what a run leaves, what is chosen, compared, continued and deleted.
#include "tests/support/CpuTime.h"
#include "tests/ui/RunsTest.h"
#include "ui/CompareTable.h"
#include "ui/ConfigForm.h"
#include "ui/LegendToggle.h"
#include "ui/RunDetails.h"
#include "ui/RunLibrary.h"
#include "ui/RunListDelegate.h"
#include "ui/RunListModel.h"
#include "ui/RunModel.h"
#include "ui/RunsBar.h"
#include "ui/RunsMaps.h"
#include "ui/RunsPage.h"
#include "ui/RunsQuestion.h"
#include "ui/SessionController.h"
#include "ui/ShareButton.h"
#include "visualization/ComparePlot.h"
#include "visualization/RankGrid.h"

#include <QListView>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSplitter>
#include <QTest>

using namespace spectune;
using spectune::test::patience;
using spectune::test::written;

class TestRunsPage : public test::RunsTest {
    Q_OBJECT
private Q_SLOTS:
    void aRunIsWrittenDown();
    void aFailureIsWrittenDown();
    void runsOfTheFolderAreThere();
    void clicksChoose();
    void twoRunsAreCompared();
    void aNewNameStandsEverywhere();
    void mapsStandInLine();
    void moreRunsWidenTheDifferences();
    void aRunThatCannotBeReadIsShared();
    void notesTypedLastAreKept();
    void sixAtMost();
    void startAgainFillsTheSetup();
    void aRankMapIsExplainedFirst();
    void moreStepsAreExplainedFirst();
    void aConstantRateGoesOn();
    void anInterruptedRunResumes();
    void deletingAsks();
    void theRunAskedForLastIsDeleted();
    void noClickWaitsForTheDisk();
};

void TestRunsPage::aRunIsWrittenDown()
{
    m_bench->scene->writesFiles = true;
    m_bench->scene->waitAt = 200;
    QVERIFY(m_bench->open());
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().library().records().size(), 1U, patience);
    const RunRecord& row = window().library().records().front();
    QCOMPARE(row.state, RecordState::Running);
    QCOMPARE(row.device, "Processor, 2 cores");
    QCOMPARE(row.totalSteps, 800);
    m_bench->release();
    QTRY_COMPARE_WITH_TIMEOUT(window().library().records().front().state, RecordState::Finished, patience);
    const RunRecord& ended = window().library().records().front();
    QCOMPARE(ended.steps, 800);
    QCOMPARE(ended.ranks.kept, 126);
    QCOMPARE(ended.ranks.matrices, 42);
    QVERIFY(ended.evalLoss > 0.0);
    QVERIFY(ended.ended.isValid());
    QVERIFY(ended.configuration.contains("\"steps\": 800"));
}

void TestRunsPage::aFailureIsWrittenDown()
{
    m_bench->scene->writesFiles = true;
    m_bench->scene->failAt = 120;
    QVERIFY(m_bench->open());
    QVERIFY(window().startRun());
    QTRY_VERIFY_WITH_TIMEOUT(
        !window().library().records().empty() && window().library().records().front().state == RecordState::Failed,
        patience);
    const RunRecord& row = window().library().records().front();
    QVERIFY(row.problem.startsWith("The memory was full"));
    QCOMPARE(row.stateText(), "failed at 120");
}

void TestRunsPage::runsOfTheFolderAreThere()
{
    write("a", written(0, 1.0));
    write("b", written(1, 0.5));
    openRuns(2);
    QCOMPARE(window().workspace(), Workspace::Runs);
    QCOMPARE(page().list().rowCount(), 2);
    page().list().setSearch(RunSearch("name=a"));
    QCOMPARE(page().list().rowCount(), 1);
}

void TestRunsPage::clicksChoose()
{
    write("a", written(0, 1.0));
    write("b", written(1, 0.5));
    openRuns(2);
    QListView* view = &list();
    const QRect first = view->visualRect(page().list().index(0));
    const QRect second = view->visualRect(page().list().index(1));
    QTest::mouseClick(view->viewport(), Qt::LeftButton, {}, first.center());
    QCOMPARE(page().list().chosen().size(), 1U);
    QTest::mouseClick(view->viewport(), Qt::LeftButton, {}, RunListDelegate::tickArea(second).center());
    QCOMPARE(page().list().chosen().size(), 2U);
    QTest::mouseClick(view->viewport(), Qt::LeftButton, {}, second.center()); // alone
    QCOMPARE(page().list().chosen().size(), 1U);
    view->setFocus();
    view->setCurrentIndex(page().list().index(0));
    QTest::keyClick(view, Qt::Key_Space);
    QCOMPARE(page().list().chosen().size(), 2U);
    QTest::keyClick(view, Qt::Key_Space);
    QTest::keyClick(view, Qt::Key_Return);
    QCOMPARE(page().list().chosen(), std::vector<std::int64_t> {page().list().record(page().list().index(0))->id});
}

void TestRunsPage::twoRunsAreCompared()
{
    test::WrittenRun b = written(1, 0.5);
    b.config.adalora.gamma = 0.0;
    write("a", written(0, 1.0));
    write("b", b);
    openRuns(2);
    choose({"a", "b"});
    QTRY_COMPARE(page().plot().curves().curves().size(), 2U);
    QTRY_COMPARE(page().plot().curves().curves()[1].raw.size(), 40U);
    QTRY_COMPARE(page().table().configuration().size(), 1U);
    QCOMPARE(page().table().configuration().front().name, "adalora.gamma");
    QCOMPARE(page().table().configuration().front().values, QStringList({"0.1", "0"}));
    QVERIFY(page().table().results().size() > 8);
    QCOMPARE(page().maps().difference().difference, std::vector<std::int32_t>({1, 1, 1, 1, -4, 1}));
    QStringList letters;
    for (auto* toggle : page().findChildren<LegendToggle*>())
        if (toggle->text().size() == 1 && toggle->isVisibleTo(&page())) {
            toggle->click();
            QVERIFY(!page().plot().isRunShown(static_cast<int>(letters.size())));
            letters << toggle->text();
        }
    QCOMPARE(letters, QStringList({"A", "B"}));
    page().swap();
    QTRY_COMPARE(page().table().configuration().front().values, QStringList({"0", "0.1"}));
    QVERIFY(page().plot().isRunShown(0) && page().plot().isRunShown(1)); // other curves
    QCOMPARE(page().maps().difference().difference, std::vector<std::int32_t>({-1, -1, -1, -1, 4, -1}));
    const auto shares = page().findChildren<ShareButton*>();
    QCOMPARE(shares.size(), 3);
    for (const ShareButton* share : shares) {
        const PictureSource& source = share->source();
        const auto savePicture
            = [&](const char* name) { spectune::savePicture(m_bench->path(name), source.size(), source.paint); };
        saveText(m_bench->path("table.csv"), source.csv()());
        savePicture("picture.png");
        QVERIFY(QFileInfo(m_bench->path("table.csv")).size() > 50);
        QVERIFY(!QImage(m_bench->path("picture.png")).isNull());
        savePicture("picture.svg");
        savePicture("picture.pdf");
        QVERIFY(QFileInfo(m_bench->path("picture.svg")).size() > 1000);
        QVERIFY(QFileInfo(m_bench->path("picture.pdf")).size() > 1000);
    }
}

void TestRunsPage::aNewNameStandsEverywhere()
{
    write("a", written(0, 1.0));
    write("b", written(1, 0.5));
    openRuns(2);
    choose({"a", "b"});
    QTRY_COMPARE(page().plot().curves().curves().size(), 2U);
    QTRY_VERIFY(!page().table().results().empty());
    // What is shown already is not made anew by every refresh.
    page().table().setAccessibleDescription("left alone");
    page().setBusy(true);
    QCOMPARE(page().table().accessibleDescription(), "left alone");
    window().library().setName(id("b"), "rate 5e-3");
    QTRY_COMPARE(page().plot().curves().nameOf(1), "rate 5e-3");
    const auto shares = page().findChildren<ShareButton*>();
    QCOMPARE(shares.size(), 3);
    for (const ShareButton* share : shares)
        QVERIFY2(share->source().csv()().contains("rate 5e-3"), qPrintable(share->source().name()));
}

void TestRunsPage::mapsStandInLine()
{
    write("a", written(0, 1.0));
    write("b", written(1, 0.5));
    openRuns(2);
    choose({"a", "b"});
    const RankGrid* difference = page().maps().differenceGrid();
    QTRY_VERIFY(difference->isVisible());
    const int first = window().width();
    for (int width = first; width < first + 4; ++width) { // whatever three columns leave over
        window().resize(width, window().height());
        QTRY_COMPARE(window().width(), width);
        const auto extra = [&](int run) { return std::abs(page().maps().grid(run)->width() - difference->width()); };
        QTRY_VERIFY(extra(0) <= 1); // a pixel that cannot be shared
        const auto top = [this](const RankGrid* grid) { return grid->mapTo(&page().maps(), QPoint()).y(); };
        for (int run = 0; run < 2; ++run) {
            QVERIFY(extra(run) <= 1);
            QCOMPARE(top(page().maps().grid(run)), top(difference));
        }
    }
}

void TestRunsPage::moreRunsWidenTheDifferences()
{
    for (int run = 0; run < 3; ++run)
        write(QStringLiteral("run-%1").arg(run), written(run, 1.0));
    openRuns(3);
    auto* upper = page().findChild<QSplitter*>("RunsUpper");
    choose({"run-0", "run-1"});
    QTRY_VERIFY(upper->sizes().at(1) < 360);
    choose({"run-0", "run-1", "run-2"});
    QTRY_VERIFY(upper->sizes().at(1) >= 360);
    choose({"run-0"});
    QTRY_VERIFY(upper->sizes().at(1) < 360);
}

void TestRunsPage::aRunThatCannotBeReadIsShared()
{
    write("a", written(0, 1.0));
    write("bad", written(3, 0.9));
    test::writeText(m_bench->path("runs/bad/metrics.jsonl"), "{\"step\": \"one\"}\n{}\n");
    openRuns(2);
    choose({"a", "bad"});
    const QString table = page().maps().findChild<ShareButton*>()->source().csv()();
    QCOMPARE(table.section('\n', 0, 0), QString("matrix,a,bad"));
}

void TestRunsPage::notesTypedLastAreKept()
{
    write("a", written(0, 1.0));
    openRuns(1);
    choose({"a"});
    const std::int64_t run = id("a");
    QTest::keyClicks(page().details().findChild<QPlainTextEdit*>(), "rate too high");
    window().close(); // within the half second that typing is waited for
    QCOMPARE(window().library().find(run)->notes, "rate too high");
}

void TestRunsPage::sixAtMost()
{
    for (const char* name : {"a", "b", "c", "d", "e", "f", "g"})
        write(name, written(name[0] - 'a', 1.0));
    openRuns(7);
    choose({"a", "b", "c", "d", "e", "f"});
    QVERIFY(!page().list().toggle(id("g")));
    QCOMPARE(page().list().chosen().size(), 6U);
    QTRY_COMPARE(page().plot().curves().curves().size(), 6U);
    QVERIFY(page().list().toggle(id("c")));
    QVERIFY(page().list().toggle(id("g")));
}

void TestRunsPage::startAgainFillsTheSetup()
{
    test::WrittenRun a = written(0, 1.0);
    a.config.adalora.gamma = 0.25;
    write("a", a);
    openRuns(1);
    choose({"a"});
    page().startAgain();
    QCOMPARE(window().workspace(), Workspace::Setup);
    QCOMPARE(window().form().config().adalora.gamma, 0.25);
    QCOMPARE(window().form().config().model.path, "/models/demo-llama");
    QVERIFY(!window().run().hasRun());
}

void TestRunsPage::aRankMapIsExplainedFirst()
{
    write("a", written(0, 1.0));
    openRuns(1);
    choose({"a"});
    page().useRankMap();
    QVERIFY(page().bar().asks());
    QVERIFY(page().bar().question().text().contains("10 triplets in 6 matrices"));
    page().bar().question().no()->click();
    QVERIFY(!page().bar().asks());
    QCOMPARE(window().workspace(), Workspace::Runs);
    page().useRankMap();
    page().bar().question().yes()->click();
    QCOMPARE(window().workspace(), Workspace::Setup);
    QVERIFY(window().form().config().method == Method::SvdLora);
    const RankMap& map = window().form().config().adalora.rankMap;
    QCOMPARE(map.size(), 6U);
    QCOMPARE(map.at("model.layers.1.self_attn.v_proj"), 4);
    QCOMPARE(map.at("model.layers.0.self_attn.q_proj"), 0);
}

void TestRunsPage::moreStepsAreExplainedFirst()
{
    write("a", written(0, 1.0));
    test::writeText(m_bench->path("runs/a/adapter/adapter_config.json"), "{}");
    openRuns(1);
    choose({"a"});
    QVERIFY(page().bar().continueAction()->isEnabled());
    QVERIFY(page().bar().continueAction()->toolTip().contains("nothing is pruned any more"));
    page().continueRun();
    QVERIFY(page().bar().question().text().contains("a new run of 20 steps"));
    page().bar().question().yes()->click();
    QCOMPARE(window().workspace(), Workspace::Setup);
    QCOMPARE(window().form().config().train.steps, 20);
    QVERIFY(QString::fromStdString(window().form().config().adalora.initFrom).endsWith("runs/a/adapter"));
    QVERIFY(window().form().config().method == Method::SvdLora);
    QCOMPARE(window().form().config().adalora.rankMap.size(), 6U);
}

void TestRunsPage::aConstantRateGoesOn()
{
    test::WrittenRun a = written(0, 1.0);
    a.config.optim.schedule = LrSchedule::Constant;
    write("a", a);
    openRuns(1);
    choose({"a"});
    page().continueRun();
    QVERIFY(page().bar().question().text().contains("goes on in its own folder"));
    page().bar().question().yes()->click();
    QTRY_COMPARE_WITH_TIMEOUT(window().workspace(), Workspace::Live, patience); // once its folder is read
    QVERIFY(isActive(window().session().state()) || window().run().step() > 0);
    QCOMPARE(window().run().config().train.steps, 60);
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Finished, patience);
}

void TestRunsPage::anInterruptedRunResumes()
{
    write("a", written(0, 1.0, {}));
    test::WrittenRun without = written(0, 1.0, {});
    without.checkpoint = -1;
    write("b", without);
    openRuns(2);
    choose({"b"});
    QVERIFY(!page().bar().mainResumes()); // there is no checkpoint
    choose({"a"});
    QVERIFY(page().bar().mainResumes());
    page().bar().mainButton()->click();
    QTRY_COMPARE_WITH_TIMEOUT(window().workspace(), Workspace::Live, patience);
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Finished, patience);
    QCOMPARE(window().run().folder(), m_bench->path("runs/a"));
}

void TestRunsPage::deletingAsks()
{
    write("a", written(0, 1.0));
    write("b", written(0, 1.0));
    openRuns(2);
    choose({"a"});
    page().deleteRun();
    QTRY_VERIFY_WITH_TIMEOUT(page().bar().asks(), patience);
    QVERIFY2(
        page().bar().question().text().contains("MB with 1 checkpoint"), qPrintable(page().bar().question().text()));
    page().bar().question().no()->click();
    QVERIFY(QFileInfo::exists(m_bench->path("runs/a/config.json")));
    QVERIFY(QDir().rename(m_bench->path("runs/b"), m_bench->path("elsewhere")));
    window().library().open();
    QTRY_COMPARE_WITH_TIMEOUT(window().library().find(id("b"))->state, RecordState::Missing, patience);
    choose({});
    page().list().choose({id("b")});
    page().deleteRun();
    QVERIFY(page().bar().question().text().contains("is not there"));
    page().bar().question().yes()->click();
    QTRY_COMPARE_WITH_TIMEOUT(window().library().records().size(), 1U, patience);
    QVERIFY(QFileInfo::exists(m_bench->path("elsewhere/config.json")));
}

void TestRunsPage::theRunAskedForLastIsDeleted()
{
    write("a", written(0, 1.0));
    write("b", written(0, 1.0));
    openRuns(2);
    choose({"a"});
    page().deleteRun();
    page().list().choose({id("b")});
    page().deleteRun(); // before a's size is known
    QTRY_VERIFY_WITH_TIMEOUT(page().bar().asks(), patience);
    QVERIFY2(page().bar().question().text().contains("runs/b"), qPrintable(page().bar().question().text()));
}

void TestRunsPage::noClickWaitsForTheDisk()
{
    for (int run = 0; run < 40; ++run)
        write(QStringLiteral("run-%1").arg(run), written(run, 1.0 + run));
    QVERIFY(m_bench->open());
    constexpr double most = 50.0; // ms that a click may keep the window
    const double begin = testing::cpuMilliseconds();
    window().showWorkspace(Workspace::Runs);
    const double shown = testing::cpuMilliseconds() - begin;
    QVERIFY2(shown < most, qPrintable(QString::number(shown)));
    QTRY_COMPARE_WITH_TIMEOUT(window().library().records().size(), 40U, patience);
}

QTEST_MAIN(TestRunsPage)
#include "tst_runspage.moc"
