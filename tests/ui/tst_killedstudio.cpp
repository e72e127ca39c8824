// SPDX-License-Identifier: GPL-3.0-or-later
// The real studio is killed while it trains: the next one finds the run interrupted, with every whole line, every event
// and its last checkpoint, and goes on from there.
#include "training/config/ConfigFile.h"
#include "training/core/AtomicFile.h"
#include "training/monitor/RunHistory.h"
#include "training/session/EngineLibrary.h"
#include "ui/MainWindow.h"
#include "ui/RecordedRun.h"
#include "ui/RunBar.h"
#include "ui/RunLibrary.h"
#include "ui/RunListModel.h"
#include "ui/RunModel.h"
#include "ui/RunsBar.h"
#include "ui/RunsPage.h"
#include "ui/SessionController.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QProcessEnvironment>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

using namespace spectune;

namespace {

constexpr int patience = 240'000; // ms; the machine may be busy

qsizetype linesOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll().count('\n') : 0;
}

/// The beginning of a further line, as a death in the midst of writing leaves it.
void tear(const QString& path)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::Append) && file.write("{\"step\":") > 0);
}

} // namespace

class TestKilledStudio : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void losesNothingAndGoesOn();

private:
    void writeConfiguration();
    void trainAndKill();
    void isListedAsInterrupted();
    void showsAllThatWasWritten();
    void goesOn();
    void holdsTheWholeRun();
    [[nodiscard]] QString database() const { return m_folder.filePath("data/spectune/history.sqlite"); }

    QTemporaryDir m_folder;
    QString m_run; ///< the run's folder
    RunHistory m_before; ///< as its files have it after the death
    std::unique_ptr<MainWindow> m_window; ///< of the next studio
};

void TestKilledStudio::initTestCase()
{
    QCoreApplication::setApplicationName("spectune-test");
    QDir::setCurrent(m_folder.path());
    m_run = QDir::current().absoluteFilePath("runs/card-1");
}

void TestKilledStudio::cleanupTestCase()
{
    if (m_window) {
        QSignalSpy closed(&m_window->session(), &SessionController::closed);
        m_window->session().close();
        QVERIFY(closed.wait(patience));
        m_window.reset();
    }
    QDir::setCurrent(QDir::rootPath()); // out of the folder before it goes
}

/// The demo with a checkpoint every ten steps and events in the first hundred; it would take hours.
void TestKilledStudio::writeConfiguration()
{
    RunConfig config = loadConfig(SPECTUNE_DEMO);
    config.data.evalPath.clear();
    config.train.steps = 100'000;
    config.train.batchSize = 2;
    config.train.threads = 1;
    config.train.evalEvery = 0;
    config.train.saveEvery = 10;
    config.adalora.ti = 2;
    config.adalora.tf = 99'900;
    config.adalora.deltaT = 5;
    writeFileAtomically(m_folder.filePath("card.json").toStdString(), toJson(config));
}

void TestKilledStudio::trainAndKill()
{
    QProcess studio;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("QT_QPA_PLATFORM", "offscreen");
    environment.insert("XDG_DATA_HOME", m_folder.filePath("data"));
    environment.insert("XDG_CONFIG_HOME", m_folder.filePath("settings"));
    environment.remove("DBUS_SESSION_BUS_ADDRESS"); // no desktop of anyone
    studio.setProcessEnvironment(environment);
    studio.setWorkingDirectory(m_folder.path());
    studio.setStandardOutputFile(QProcess::nullDevice());
    studio.setStandardErrorFile("said.txt");
    studio.start(SPECTUNE_STUDIO_PROGRAM, {"card.json", "--start"});
    QVERIFY(studio.waitForStarted(patience));
    const auto hasWritten = [this] {
        return linesOf(m_run + "/metrics.jsonl") >= 25 && linesOf(m_run + "/ranks.jsonl") >= 3
            && QFile::exists(m_run + "/checkpoints/step-20/state.json") && QFile::exists(database());
    };
    QTRY_VERIFY_WITH_TIMEOUT(hasWritten() || studio.state() == QProcess::NotRunning, patience);
    const bool trained = studio.state() == QProcess::Running;
    studio.kill(); // no handler runs
    QVERIFY(studio.state() == QProcess::NotRunning || studio.waitForFinished(patience));
    QFile said("said.txt");
    const QByteArray why = said.open(QIODevice::ReadOnly) ? said.readAll() : QByteArray();
    QVERIFY2(trained && hasWritten(), why.constData());
    QCOMPARE(studio.exitStatus(), QProcess::CrashExit);
    m_before = loadHistory(m_run.toStdString());
    QVERIFY(m_before.metrics.size() >= 25 && m_before.events.size() >= 3);
    tear(m_run + "/metrics.jsonl");
    tear(m_run + "/ranks.jsonl");
}

/// In the history that the dead studio kept.
void TestKilledStudio::isListedAsInterrupted()
{
    StudioOptions options;
    options.engine = [] { return engineFromLibrary(findEngineLibrary())(); };
    options.remembers = false;
    options.historyFile = database();
    options.size = {1440, 900};
    m_window = std::make_unique<MainWindow>(options);
    m_window->show();
    m_window->showWorkspace(Workspace::Runs);
    const auto state = [this] {
        const RunRecord* record = m_window->library().findFolder(m_run);
        return record ? record->state : RecordState::Unreadable;
    };
    QTRY_COMPARE_WITH_TIMEOUT(state(), RecordState::Interrupted, patience);
    QTRY_VERIFY_WITH_TIMEOUT(!m_window->library().isScanning(), patience);
    QCOMPARE(m_window->library().records().size(), 1U); // the one that it wrote down, not another
    const RunRecord record = *m_window->library().findFolder(m_run);
    QCOMPARE(record.state, RecordState::Interrupted);
    QVERIFY2(record.stateText().startsWith("interrupted at "), qPrintable(record.stateText()));
    QCOMPARE(record.steps, m_before.metrics.back().step);
    QVERIFY(record.canResume());
    RunsPage& page = m_window->runsPage();
    QTRY_COMPARE_WITH_TIMEOUT(page.list().rowCount(), 1, patience);
    page.list().choose({record.id});
    QTRY_VERIFY_WITH_TIMEOUT(m_window->library().loaded(record.id), patience);
    QVERIFY(page.bar().mainResumes() && page.bar().mainButton()->isEnabled());
}

void TestKilledStudio::showsAllThatWasWritten()
{
    m_window->openRun(m_run);
    RunModel& run = m_window->run();
    QVERIFY(run.isRecorded() && run.record() == RecordState::Interrupted);
    const RunBarState& bar = m_window->runBar().shown();
    QCOMPARE(bar.title, "Interrupted");
    QVERIFY(bar.action == MainAction::ResumeStopped && bar.main.enabled);
    QVERIFY(!run.checkpoints().empty() && run.checkpoints().back() >= 20);
    const RunHistory& is = run.history();
    QCOMPARE(is.metrics.size(), m_before.metrics.size());
    for (std::size_t i = 0; i < is.metrics.size(); ++i) {
        QCOMPARE(is.metrics[i].step, static_cast<std::int64_t>(i) + 1);
        QVERIFY(is.metrics[i].loss == m_before.metrics[i].loss);
    }
    QCOMPARE(is.events.size(), m_before.events.size());
    const ReplayReader* replay = run.replay().readerOf(*run.layout());
    QVERIFY(replay); // the last event's line comes before its picture: death may have come between them
    QVERIFY(replay->eventCount() == is.events.size() || replay->eventCount() + 1 == is.events.size());
    for (std::size_t i = 0; i < replay->eventCount(); ++i) {
        run.showStep(is.events[i].step);
        const auto shown = run.shownSnapshot();
        QVERIFY(shown->hasScores && shown->eventStep == is.events[i].step);
        std::vector<std::int32_t> ranks;
        for (const ModuleState& module : shown->modules)
            ranks.push_back(module.rank);
        QCOMPARE(ranks, is.events[i].ranks);
    }
}

/// By the button in Runs.
void TestKilledStudio::goesOn()
{
    m_window->showWorkspace(Workspace::Runs);
    RunsBar& bar = m_window->runsPage().bar();
    QTRY_VERIFY_WITH_TIMEOUT(bar.mainResumes() && bar.mainButton()->isEnabled(), patience);
    bar.mainButton()->click();
    QTRY_COMPARE_WITH_TIMEOUT(m_window->session().state(), SessionState::Running, patience);
    QCOMPARE(m_window->run().folder(), m_run);
    QTRY_VERIFY_WITH_TIMEOUT(m_window->run().step() > m_before.metrics.back().step, patience);
    QVERIFY(m_window->session().stop());
    QTRY_COMPARE_WITH_TIMEOUT(m_window->session().state(), SessionState::Stopped, patience);
}

/// One run without a seam: what was trained twice, from the checkpoint to the death, came out the same.
void TestKilledStudio::holdsTheWholeRun()
{
    const RecordedRun after = readRecordedRun(m_run);
    QVERIFY(after.state == RecordState::Stopped);
    QCOMPARE(after.damage, QString());
    QVERIFY(after.history.metrics.size() > m_before.metrics.size());
    for (std::size_t i = 0; i < after.history.metrics.size(); ++i)
        QCOMPARE(after.history.metrics[i].step, static_cast<std::int64_t>(i) + 1);
    for (std::size_t i = 0; i < m_before.metrics.size(); ++i)
        QVERIFY2(after.history.metrics[i].loss == m_before.metrics[i].loss, qPrintable(QString::number(i + 1)));
    QVERIFY(after.history.events.size() >= m_before.events.size());
    for (std::size_t i = 0; i < m_before.events.size(); ++i)
        QCOMPARE(after.history.events[i].ranks, m_before.events[i].ranks);
}

void TestKilledStudio::losesNothingAndGoesOn()
{
    for (const auto part : {&TestKilledStudio::writeConfiguration, &TestKilledStudio::trainAndKill,
             &TestKilledStudio::isListedAsInterrupted, &TestKilledStudio::showsAllThatWasWritten,
             &TestKilledStudio::goesOn, &TestKilledStudio::holdsTheWholeRun}) {
        (this->*part)();
        if (QTest::currentTestFailed())
            return;
    }
}

QTEST_MAIN(TestKilledStudio)
#include "tst_killedstudio.moc"
