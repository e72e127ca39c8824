// SPDX-License-Identifier: GPL-3.0-or-later
// What is in the form is not lost: a set-up that another one replaced, a draft, and one beside a run.
#include "tests/ui/RunFolderBench.h"
#include "tests/ui/StudioBench.h"
#include "training/config/ConfigFile.h"
#include "ui/ConfigForm.h"
#include "ui/EarlierSetups.h"
#include "ui/LearnDesk.h"
#include "ui/LearnPage.h"
#include "ui/LivePage.h"
#include "ui/MainWindow.h"
#include "ui/PresetBar.h"
#include "ui/RunBar.h"
#include "ui/RunModel.h"
#include "ui/SessionController.h"
#include "ui/SetupEdits.h"
#include "ui/SetupFacts.h"
#include "ui/SetupPage.h"
#include "ui/TourLesson.h"

#include <QFile>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QSplitter>
#include <QTest>

#include <algorithm>

using namespace spectune;
using spectune::test::patience;

namespace {

RepeatedEdits changes()
{
    return {.edits = {{.step = 20, .key = "optim.lr", .before = 0.0123, .after = 0.002},
                {.step = 30, .key = "adalora.gamma", .before = {}, .after = 0.2}},
        .run = "demo-1"};
}

} // namespace

class TestEarlierSetups : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void aReplacedSetupComesBack();
    void aDraftOutlivesTheProgram();
    void changesToRepeatOutliveIt();
    void aResumeKnowsTheRestOfThem();
    void aReplacedSetupKeepsItsChanges();
    void setUpShowsTheRecordedRunsOwn();
    void aChosenSetupOfARunIsOnesOwn();
    void aNamedSetupOfARunIsOnesOwn();
    void theToursDemoWaitsForTheRun();
    void aChangedDemoIsADemoNoMore();
    void widthsOfOnesOwnAloneAreKept();

private:
    /// The program's start: a window, not shown yet, that keeps drafts.
    void start();
    /// Its end, by the window's own close button.
    [[nodiscard]] bool leave();
    /// A window that keeps drafts and has none, with two recorded runs of different learning rates, m_first open.
    void openTwoRuns();
    /// A window on the demo, once every question about its model and data is answered.
    void openDemo();

    QString m_first;
    QString m_second;
};

void TestEarlierSetups::start()
{
    StudioOptions options;
    options.engine = test::sceneFactory(m_bench->scene);
    options.historyFile = ":memory:";
    options.presetFolder = m_bench->path("presets");
    m_bench->window = std::make_unique<MainWindow>(options);
}

bool TestEarlierSetups::leave()
{
    QSignalSpy down(&window(), &MainWindow::closedDown);
    window().close();
    return down.wait(patience);
}

void TestEarlierSetups::aReplacedSetupComesBack()
{
    QVERIFY(m_bench->open());
    QVERIFY(!window().canRestoreSetup()); // the empty one of the start is no loss
    window().form().setValue("optim.lr", FieldValue {0.0123});
    window().newConfig();
    QVERIFY(window().form().config().model.path.empty());
    window().newConfig();
    QVERIFY(window().canRestoreSetup());
    window().restoreSetup();
    QCOMPARE(window().form().config().optim.lr, 0.0123);
    window().openConfig(m_bench->path("card.json"));
    QCOMPARE(window().form().config().optim.lr, 5e-3);
    window().setup().presets().choose(0);
    window().restoreSetup();
    QCOMPARE(window().form().config().train.steps, 800);
    window().restoreSetup();
    QCOMPARE(window().form().config().optim.lr, 0.0123);
}

void TestEarlierSetups::aDraftOutlivesTheProgram()
{
    QCoreApplication::setOrganizationName("spectune-test");
    EarlierSetups::writeDraft({});
    QVERIFY(!EarlierSetups::readDraft());
    RunConfig config;
    config.optim.lr = 0.0123;
    EarlierSetups::writeDraft(EarlierSetups::Setup {config, "mine"});
    const auto read = EarlierSetups::readDraft();
    QVERIFY(read);
    QCOMPARE(read->name, "mine");
    QCOMPARE(read->config.optim.lr, 0.0123);
    start();
    window().openFirst();
    QCOMPARE(window().form().config().optim.lr, 0.0123);
    QCOMPARE(window().workspace(), Workspace::Setup);
    window().form().setValue("optim.lr", FieldValue {0.0456});
    window().show();
    QVERIFY(leave());
    QCOMPARE(EarlierSetups::readDraft()->config.optim.lr, 0.0456);
    // `spectune RUN` sets nothing up.
    start();
    window().show();
    QVERIFY(leave());
    QVERIFY(EarlierSetups::readDraft());
    QCOMPARE(EarlierSetups::readDraft()->config.optim.lr, 0.0456);
    EarlierSetups::writeDraft({});
}

void TestEarlierSetups::changesToRepeatOutliveIt()
{
    QCoreApplication::setOrganizationName("spectune-test");
    RunConfig config;
    config.optim.lr = 0.0123;
    EarlierSetups::writeDraft(EarlierSetups::Setup {config, "mine", changes()});
    start();
    window().openFirst();
    const RepeatedEdits& carried = window().setup().edits().carried();
    QCOMPARE(carried.run, "demo-1");
    QCOMPARE(carried.edits.size(), std::size_t {2});
    QVERIFY(isSameEdit(carried.edits[0], changes().edits[0]) && isSameEdit(carried.edits[1], changes().edits[1]));
    QVERIFY(carried.edits[0].before == FieldValue(0.0123));
    window().show();
    QVERIFY(leave());
    QCOMPARE(EarlierSetups::readDraft()->edits.edits.size(), std::size_t {2});
    EarlierSetups::writeDraft(EarlierSetups::Setup {config, "mine"});
    QVERIFY(EarlierSetups::readDraft()->edits.isEmpty()); // nothing is left of the draft before
    EarlierSetups::writeDraft({});
}

/// The run's folder tells what was repeated so far alone.
void TestEarlierSetups::aResumeKnowsTheRestOfThem()
{
    QCoreApplication::setOrganizationName("spectune-test");
    test::WrittenRun stopped = test::written(0, 1.0, "Stopped after step 25.");
    stopped.steps = stopped.checkpoint = 25;
    const QString run = test::writeRun(m_bench->path("demo-2"), stopped);
    start();
    window().setup().edits().carry(changes());
    QVERIFY(window().setup().edits().started(run).isEmpty());
    window().show();
    QVERIFY(leave());
    start();
    window().openRun(run);
    RunConfig config = window().run().config();
    SetupEdits::Rest rest = window().setup().edits().restOf(window().run(), config);
    QVERIFY2(rest.whyNot.isEmpty(), qPrintable(rest.whyNot));
    QCOMPARE(rest.changes.run, "demo-1");
    QCOMPARE(rest.changes.edits.size(), std::size_t {1}); // the first came before the checkpoint
    QVERIFY(isSameEdit(rest.changes.edits.front(), changes().edits[1]));
    QCOMPARE(toJson(config), toJson(window().run().config()));
    QVERIFY(window().setup().edits().started(run).isEmpty()); // another run in its place, without changes
    rest = window().setup().edits().restOf(window().run(), config);
    QVERIFY(rest.changes.isEmpty());
    QVERIFY(!QSettings().childGroups().contains("planned-edits"));
    window().show();
    QVERIFY(leave());
}

void TestEarlierSetups::aReplacedSetupKeepsItsChanges()
{
    QVERIFY(m_bench->open());
    const SetupEdits& edits = window().setup().edits();
    window().form().setValue("optim.lr", FieldValue {0.0123});
    window().setup().edits().carry(changes());
    window().newConfig();
    QVERIFY(edits.carried().isEmpty()); // they were of the other
    window().restoreSetup();
    QCOMPARE(edits.carried().edits.size(), std::size_t {2});
    QCOMPARE(window().form().config().optim.lr, 0.0123);
    window().setup().presets().choose(0);
    QVERIFY(edits.carried().isEmpty());
}

void TestEarlierSetups::setUpShowsTheRecordedRunsOwn()
{
    QCoreApplication::setOrganizationName("spectune-test");
    RunConfig draft;
    draft.optim.lr = 0.0123;
    EarlierSetups::writeDraft(EarlierSetups::Setup {draft, "mine"});
    const QString run = test::writeRun(m_bench->path("demo-1"), test::written(0, 1.0));
    start();
    window().openRun(run);
    window().show();
    QVERIFY(window().form().config().model.path.empty()); // nothing is read for who looks at the run alone
    window().showWorkspace(Workspace::Setup);
    QCOMPARE(toJson(window().form().config()), toJson(window().run().config()));
    QVERIFY(!window().canRestoreSetup());
    QVERIFY(leave());
    QCOMPARE(EarlierSetups::readDraft()->config.optim.lr, 0.0123); // and nothing was set up
    EarlierSetups::writeDraft({});
    // What is set up stays, whatever run is looked at.
    QVERIFY(m_bench->open());
    window().openRun(run);
    window().showWorkspace(Workspace::Setup);
    QCOMPARE(window().form().config().train.steps, 800);
}

void TestEarlierSetups::openTwoRuns()
{
    QCoreApplication::setOrganizationName("spectune-test");
    EarlierSetups::writeDraft({});
    test::WrittenRun run = test::written(0, 1.0);
    run.config.optim.lr = 0.0111;
    m_first = test::writeRun(m_bench->path("first"), run);
    run.config.optim.lr = 0.0222;
    m_second = test::writeRun(m_bench->path("second"), run);
    start();
    window().openRun(m_first);
    window().show();
    window().showWorkspace(Workspace::Setup);
}

void TestEarlierSetups::aChosenSetupOfARunIsOnesOwn()
{
    openTwoRuns();
    QCOMPARE(window().form().config().optim.lr, 0.0111);
    window().openRun(m_second);
    window().showWorkspace(Workspace::Setup);
    QCOMPARE(window().form().config().optim.lr, 0.0222); // the first was only looked at
    QVERIFY(!window().canRestoreSetup());
    Q_EMIT window().runBar().actionTriggered(MainAction::StartAgain);
    window().openRun(m_first);
    window().showWorkspace(Workspace::Setup);
    QCOMPARE(window().form().config().optim.lr, 0.0222);
    window().newConfig();
    QVERIFY(window().canRestoreSetup());
    window().restoreSetup();
    QCOMPARE(window().form().config().optim.lr, 0.0222);
    QVERIFY(leave());
    const auto draft = EarlierSetups::readDraft();
    QVERIFY(draft);
    QCOMPARE(draft->config.optim.lr, 0.0222);
    EarlierSetups::writeDraft({});
}

void TestEarlierSetups::aNamedSetupOfARunIsOnesOwn()
{
    openTwoRuns();
    Q_EMIT window().runBar().runNameEdited("mine");
    window().openRun(m_second);
    window().showWorkspace(Workspace::Setup);
    QCOMPARE(window().form().config().optim.lr, 0.0111);
    QVERIFY(leave());
    const auto draft = EarlierSetups::readDraft();
    QVERIFY(draft);
    QCOMPARE(draft->name, "mine");
    QCOMPARE(draft->config.optim.lr, 0.0111);
    EarlierSetups::writeDraft({});
}

void TestEarlierSetups::openDemo()
{
    QVERIFY(QFile::copy(m_bench->path("card.json"), m_bench->path("demo.json")));
    StudioOptions options;
    options.engine = test::sceneFactory(m_bench->scene);
    options.remembers = false;
    options.demoConfig = m_bench->path("demo.json");
    m_bench->window = std::make_unique<MainWindow>(options);
    window().openDemo();
    QSignalSpy settled(&window().facts(), &SetupFacts::settled);
    window().show();
    QVERIFY(settled.wait(patience));
}

void TestEarlierSetups::theToursDemoWaitsForTheRun()
{
    m_bench->scene->waitAt = 50;
    openDemo();
    QVERIFY(window().startRun());
    window().form().setValue("optim.lr", FieldValue {0.0123});
    QPushButton* demo = window().learn().page().tourLesson().demoButton();
    demo->click(); // before the session has told anything
    QCOMPARE(window().form().config().optim.lr, 0.0123);
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Running, patience);
    demo->click();
    QCOMPARE(window().form().config().optim.lr, 0.0123);
}

void TestEarlierSetups::aChangedDemoIsADemoNoMore()
{
    openDemo();
    const auto says = [this](const char* words) {
        const QList<QLabel*> labels = window().runBar().findChildren<QLabel*>();
        return std::ranges::any_of(labels, [words](const QLabel* label) { return label->text().contains(words); });
    };
    QTRY_VERIFY_WITH_TIMEOUT(says("A tiny model"), patience);
    window().form().setValue("optim.lr", FieldValue {0.0123});
    QVERIFY(!says("A tiny model"));
    QTRY_VERIFY_WITH_TIMEOUT(says("Trains into"), patience); // and where to
    window().openDemo();
    QTRY_VERIFY_WITH_TIMEOUT(says("A tiny model"), patience);
    window().setup().presets().choose(0);
    QVERIFY(!says("A tiny model"));
}

void TestEarlierSetups::widthsOfOnesOwnAloneAreKept()
{
    QCoreApplication::setOrganizationName("spectune-test");
    const QString key = QStringLiteral("splitters/live");
    QSettings().setValue(key, QByteArray("no splitter's"));
    const auto reopen = [this] {
        m_bench->close();
        start();
        window().show();
    };
    reopen();
    QVERIFY(!window().live().keepsWidths());
    QVERIFY(leave());
    QVERIFY(!QSettings().contains(key)); // a later run of more layers gets the width that it asks for
    reopen();
    Q_EMIT window().live().splitter().splitterMoved(200, 1); // by hand
    QVERIFY(leave());
    QVERIFY(QSettings().contains(key));
    reopen();
    QVERIFY(window().live().keepsWidths());
    QSettings().remove(key);
}

QTEST_MAIN(TestEarlierSetups)
#include "tst_earliersetups.moc"
