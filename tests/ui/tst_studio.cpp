// SPDX-License-Identifier: GPL-3.0-or-later
// The whole window, offscreen, on an engine without tensors.
#include "tests/ui/SceneEngine.h"
#include "training/config/ConfigFile.h"
#include "training/core/AtomicFile.h"
#include "ui/ConfigForm.h"
#include "ui/ExportWindow.h"
#include "ui/Inspector.h"
#include "ui/LivePage.h"
#include "ui/MainWindow.h"
#include "ui/RunBar.h"
#include "ui/RunModel.h"
#include "ui/ScreenshotTask.h"
#include "ui/SessionController.h"
#include "ui/SetupFacts.h"
#include "ui/SetupPage.h"
#include "ui/TryPage.h"
#include "visualization/RankGrid.h"
#include "visualization/RunPlots.h"

#include <QApplication>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace spectune;

namespace {
constexpr int patience = 30'000; // ms
}

class TestStudio : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void aRunDrivesHeatmapAndCurves();
    void aDoubleClickOnStartIsHarmless();
    void idleCostsNothing();
    void closingDuringARunAsksFirst();
    void failureIsShown();
    void brokenModelTurnsStartOff();
    void bothSidesAnswer();
    void exportsAreChecked();
    void screenshotOfARunAtAStep();
    void recordedRunNeedsNoEngine();
    void pictures();

private:
    void open(const QString& config = {});
    void picture(const QString& name, QWidget* widget = nullptr);

    std::unique_ptr<QTemporaryDir> m_folder;
    std::shared_ptr<test::Scene> m_scene;
    std::unique_ptr<MainWindow> m_window;
    QString m_config;
    ThemeChoice m_theme = ThemeChoice::Dark;
    QSize m_size {1440, 900};
};

void TestStudio::initTestCase()
{
    QCoreApplication::setApplicationName("spectune-test");
}

void TestStudio::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    QDir::setCurrent(m_folder->path());
    m_scene = std::make_shared<test::Scene>();
    const std::filesystem::path folder = m_folder->path().toStdString();
    std::filesystem::create_directories(folder / "demo-llama");
    writeFileAtomically(folder / "demo-llama" / "config.json", "{}");
    writeFileAtomically(folder / "train.jsonl", "{}\n");
    writeFileAtomically(folder / "eval.jsonl", "{}\n");
    RunConfig config;
    config.model.path = "demo-llama";
    config.data.path = "train.jsonl";
    config.data.evalPath = "eval.jsonl";
    config.train.steps = 800;
    config.train.evalEvery = 100;
    config.optim.lr = 5e-3;
    config.adalora.initRank = 8;
    config.adalora.targetRank = 3;
    config.adalora.alpha = 64;
    config.adalora.ti = 80;
    config.adalora.tf = 300;
    config.adalora.deltaT = 10;
    m_config = m_folder->filePath("card.json");
    writeFileAtomically(m_config.toStdString(), toJson(config));
}

void TestStudio::open(const QString& config)
{
    StudioOptions options;
    options.engine = test::sceneFactory(m_scene);
    options.remembers = false;
    options.size = m_size;
    options.theme = m_theme;
    applyTheme(*qApp, m_theme);
    m_window = std::make_unique<MainWindow>(options);
    m_window->openConfig(config.isEmpty() ? m_config : config);
    QSignalSpy settled(&m_window->facts(), &SetupFacts::settled);
    m_window->show();
    QVERIFY(settled.wait(patience));
}

void TestStudio::cleanup()
{
    if (!m_window)
        return;
    m_scene->open = true;
    m_scene->open.notify_all();
    if (!m_window->session().isClosed()) {
        QSignalSpy closed(&m_window->session(), &SessionController::closed);
        m_window->session().close();
        QVERIFY(closed.wait(patience));
    }
    m_window.reset();
}

void TestStudio::aRunDrivesHeatmapAndCurves()
{
    open();
    QVERIFY(m_window->form().model());
    QVERIFY(m_window->runBar().mainButton()->isEnabled());
    QVERIFY(m_window->startRun());
    QTRY_COMPARE_WITH_TIMEOUT(m_window->session().state(), SessionState::Finished, patience);
    QTRY_COMPARE(m_window->run().step(), 800);
    QCOMPARE(m_window->run().history().events.size(),
        static_cast<std::size_t>(m_window->run().resolved().schedule.eventCount()));
    QCOMPARE(m_window->run().shownSnapshot()->step, 800);
    std::int64_t sum = 0;
    for (const ModuleState& module : m_window->run().shownSnapshot()->modules)
        sum += module.rank;
    QCOMPARE(sum, 126);
    QCOMPARE(m_window->live().plots().curves().lastStep(), 800);
    QCOMPARE(m_window->live().plots().curves().evaluations().size(), 8U);
    QVERIFY(m_window->live().grid().cellText(ModuleIndex {0}).contains("rank"));
    QCOMPARE(m_window->runBar().shown().action, MainAction::Export);
    m_window->run().showStep(120);
    QVERIFY(m_window->run().shownSnapshot()->eventStep <= 120);
}

void TestStudio::aDoubleClickOnStartIsHarmless()
{
    m_scene->waitAt = 5;
    open();
    m_window->showWorkspace(Workspace::Live);
    QPushButton* start = m_window->runBar().mainButton();
    QTest::mouseDClick(start, Qt::LeftButton);
    QTest::mouseClick(start, Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(m_window->session().state(), SessionState::Running, patience);
    QTRY_COMPARE_WITH_TIMEOUT(m_window->run().step(), 5, patience);
    QCOMPARE(m_window->session().state(), SessionState::Running);
}

void TestStudio::idleCostsNothing()
{
    open();
    QTRY_VERIFY_WITH_TIMEOUT(!m_window->session().isPolling(), patience);
}

void TestStudio::closingDuringARunAsksFirst()
{
    m_scene->waitAt = 50;
    open();
    m_window->startRun();
    QTRY_COMPARE_WITH_TIMEOUT(m_window->session().state(), SessionState::Running, patience);
    m_window->close();
    QVERIFY(m_window->isVisible());
    QVERIFY(m_window->runBar().isAsking());
    QSignalSpy down(m_window.get(), &MainWindow::closedDown);
    m_window->findChild<QPushButton*>("StopAndClose")->click();
    m_scene->open = true;
    m_scene->open.notify_all();
    QVERIFY(down.wait(patience));
    QVERIFY(m_window->session().isClosed());
    QCOMPARE(m_window->session().state(), SessionState::Stopped);
    QVERIFY(!m_window->run().checkpoints().empty());
}

void TestStudio::failureIsShown()
{
    m_scene->failAt = 420;
    open();
    m_window->startRun();
    QTRY_COMPARE_WITH_TIMEOUT(m_window->run().state(), SessionState::Failed, patience);
    QCOMPARE(m_window->run().failure().kind, FailureKind::OutOfMemory);
    QCOMPARE(m_window->runBar().shown().mark, StateMark::Cross);
    QVERIFY(m_window->runBar().shown().main.text.contains("300"));
    picture("failed-dark");
}

void TestStudio::brokenModelTurnsStartOff()
{
    std::filesystem::create_directories(m_folder->filePath("broken").toStdString());
    open();
    QSignalSpy settled(&m_window->facts(), &SetupFacts::settled);
    m_window->form().setValue("model.path", FieldValue {m_folder->filePath("broken").toStdString()});
    QVERIFY(settled.wait(patience));
    QVERIFY(m_window->form().errorCount() >= 1);
    QVERIFY(!m_window->runBar().mainButton()->isEnabled());
    QVERIFY(!m_window->startRun());
    picture("setup-error-dark");
    m_window->setup().nextIssue();
    QVERIFY(m_window->focusWidget());
}

void TestStudio::bothSidesAnswer()
{
    open();
    m_window->startRun();
    QTRY_COMPARE_WITH_TIMEOUT(m_window->session().state(), SessionState::Finished, patience);
    QDir(m_window->run().folder()).mkpath("adapter");
    m_window->showWorkspace(Workspace::Try);
    m_window->tryPage().setPrompt("Card:", " Paul | wolf");
    m_window->tryPage().generate();
    QTRY_VERIFY_WITH_TIMEOUT(!m_window->tryPage().isGenerating(), patience);
    QVERIFY(m_window->tryPage().text(0).contains("happy"));
    QVERIFY(m_window->tryPage().text(1).contains("mammal"));
    QTRY_VERIFY_WITH_TIMEOUT(!m_window->session().isPolling(), patience);
    picture("try-dark");
}

void TestStudio::exportsAreChecked()
{
    open();
    m_window->startRun();
    QTRY_COMPARE_WITH_TIMEOUT(m_window->session().state(), SessionState::Finished, patience);
    m_window->showExport();
    m_window->exportWindow()->write();
    QTRY_COMPARE_WITH_TIMEOUT(m_window->exportWindow()->written().size(), 3U, patience);
    picture("export", m_window->exportWindow());
}

void TestStudio::screenshotOfARunAtAStep()
{
    open();
    const QString file = m_folder->filePath("at.png");
    ScreenshotTask task(*m_window, file, 200, true);
    QSignalSpy done(&task, &ScreenshotTask::done);
    m_window->startRun();
    task.begin();
    QVERIFY(done.wait(patience));
    QCOMPARE(done.first().first().toInt(), 0);
    QCOMPARE(QImage(file).size(), m_size);
    QVERIFY(m_window->run().step() >= 200);
}

void TestStudio::recordedRunNeedsNoEngine()
{
    m_scene->writesFiles = true;
    open();
    m_window->startRun();
    QTRY_COMPARE_WITH_TIMEOUT(m_window->session().state(), SessionState::Finished, patience);
    const QString folder = m_window->run().folder();
    cleanup();
    StudioOptions options;
    options.engine = []() -> std::unique_ptr<TrainingEngine> { throw ioError("no engine here"); };
    options.remembers = false;
    options.size = m_size;
    m_window = std::make_unique<MainWindow>(options);
    m_window->openRun(folder);
    m_window->show();
    const QString file = m_folder->filePath("recorded.png");
    ScreenshotTask task(*m_window, file, 300, false);
    QSignalSpy done(&task, &ScreenshotTask::done);
    task.begin();
    QVERIFY(done.wait(patience));
    QCOMPARE(done.first().first().toInt(), 0);
    QCOMPARE(m_window->run().shownStep(), 300);
    picture("recorded-300-dark");
}

// Pictures to look at, only where SPECTUNE_PICTURES names a folder.
void TestStudio::pictures()
{
    if (!qEnvironmentVariableIsSet("SPECTUNE_PICTURES"))
        QSKIP("SPECTUNE_PICTURES names no folder");
    for (const ThemeChoice theme : {ThemeChoice::Light, ThemeChoice::Dark}) {
        for (const QSize size : {QSize(1280, 800), QSize(1440, 900), QSize(1920, 1080)}) {
            m_theme = theme;
            m_size = size;
            const QString suffix = QStringLiteral("-%1-%2").arg(toString(theme)).arg(size.width());
            m_scene->waitAt = 520;
            m_scene->open = false;
            open();
            picture("setup" + suffix);
            m_window->showWorkspace(Workspace::Live);
            picture("ready" + suffix);
            m_window->startRun();
            QTRY_COMPARE_WITH_TIMEOUT(m_window->run().step(), 520, patience);
            m_window->live().inspector().setModule(ModuleIndex {17});
            m_window->live().grid().setSelected(ModuleIndex {17});
            picture("running" + suffix);
            cleanup();
            m_window.reset();
        }
    }
}

void TestStudio::picture(const QString& name, QWidget* widget)
{
    const QString folder = qEnvironmentVariable("SPECTUNE_PICTURES");
    if (folder.isEmpty())
        return;
    QTest::qWait(400); // animations and queued replots
    m_window->live().plots().replotNow();
    (widget ? widget : m_window.get())->grab().save(folder + '/' + name + ".png");
}

QTEST_MAIN(TestStudio)
#include "tst_studio.moc"
