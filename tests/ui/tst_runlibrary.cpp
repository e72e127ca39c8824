// SPDX-License-Identifier: GPL-3.0-or-later
// Runs found on disk, how they stand, and deleting them: the library on its thread, with real folders.
#include "tests/ui/RunFolderBench.h"
#include "ui/RunDatabase.h"
#include "ui/RunFolderReader.h"
#include "ui/RunLibrary.h"
#include "visualization/RunTags.h"

#include <QFile>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace spectune;
using namespace spectune::test;

namespace {
constexpr int patience = 20'000; // ms
}

class TestRunLibrary : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void runsAreFoundBelowAFolder();
    void aFolderTellsWhatItIs();
    void howARunStands_data();
    void howARunStands();
    void aDeadRunIsInterrupted();
    void aRunThatGoesOnIsRunning();
    void aMissingFolderIsToldApart();
    void anUnreadableRowSaysWhatAndOthersWork();
    void aChangedFolderIsReadAgain();
    void theRunsAskedForLastAreKept();
    void whatAPersonWroteStays();
    void aFailureKeepsItsReason();
    void anOlderRowDoesNotUndoAName();
    void theTrashTakesTheFolder();
    void aRunningRunIsNotDeleted();
    void aRefusedDatabaseIsTold();

private:
    [[nodiscard]] QString path(const QString& name) const { return m_folder->filePath(name); }
    void open();
    void scan();
    [[nodiscard]] const RunRecord* row(const QString& name) const { return m_library->findFolder(path(name)); }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<RunLibrary> m_library;
};

void TestRunLibrary::initTestCase()
{
    QStandardPaths::setTestModeEnabled(true); // its own trash
    QCoreApplication::setApplicationName("spectune-test");
    // Without it Qt 6.4 finds no trash, and puts what is thrown away into the working folder.
    QVERIFY(QDir().mkpath(QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation)));
}

void TestRunLibrary::init()
{
    m_folder = std::make_unique<QTemporaryDir>(QDir::homePath() + "/.spectune-test-XXXXXX"); // where a trash is
    QVERIFY(m_folder->isValid());
}

void TestRunLibrary::cleanup()
{
    m_library.reset();
    m_folder.reset();
}

void TestRunLibrary::open()
{
    m_library = std::make_unique<RunLibrary>(path("history.sqlite"));
    QSignalSpy changed(m_library.get(), &RunLibrary::changed);
    m_library->open();
    QTRY_VERIFY_WITH_TIMEOUT(m_library->isOpen(), patience);
}

void TestRunLibrary::scan()
{
    QSignalSpy scanned(m_library.get(), &RunLibrary::scanned);
    m_library->scan(m_folder->path());
    QVERIFY(scanned.wait(patience));
}

void TestRunLibrary::runsAreFoundBelowAFolder()
{
    writeRun(path("a"), {smallConfig()});
    writeRun(path("deep/er/b"), {smallConfig()});
    writeRun(path("a/inside"), {smallConfig()}); // a run's own folders are not searched
    writeText(path("model/config.json"), "{}");
    open();
    QSignalSpy scanned(m_library.get(), &RunLibrary::scanned);
    m_library->scan(m_folder->path());
    QVERIFY(m_library->isScanning());
    QVERIFY(scanned.wait(patience));
    QCOMPARE(scanned.front().at(1).toInt(), 2);
    QCOMPARE(m_library->records().size(), 2U);
    m_library->scan(m_folder->path());
    QVERIFY(scanned.wait(patience));
    QCOMPARE(scanned.back().at(1).toInt(), 0); // known
    QCOMPARE(scanned.back().at(2).toInt(), 2);
    QCOMPARE(m_library->records().size(), 2U);
    QVERIFY(row("deep/er/b"));
    QVERIFY(!row("a/inside"));
}

void TestRunLibrary::aFolderTellsWhatItIs()
{
    writeRun(path("a"), {smallConfig()});
    const RunRecord record = readRunFolder(path("a"), false);
    QCOMPARE(record.state, RecordState::Finished);
    QCOMPARE(record.method, "adalora");
    QCOMPARE(record.model, "demo-llama");
    WrittenRun bundled {smallConfig()};
    bundled.config.model.path = "/opt/spectune/demo/model";
    writeRun(path("bundled"), bundled);
    QCOMPARE(readRunFolder(path("bundled"), false).model, "demo/model"); // as Live calls it
    QCOMPARE(record.device, "Processor, 2 cores");
    QCOMPARE(record.started, QDateTime(QDate(2026, 3, 2), QTime(10, 0)));
    QCOMPARE(record.ended, QDateTime(QDate(2026, 3, 2), QTime(10, 5)));
    QCOMPARE(record.steps, 40);
    QCOMPARE(record.totalSteps, 40);
    QCOMPARE(record.seconds, 20.0);
    QCOMPARE(record.tokensPerSecond, 40 * 100 / 20.0);
    QCOMPARE(record.evalLoss, 1.0 + 2.0 * std::exp(-5.0) + 0.05);
    QVERIFY(record.loss > 1.0 && record.loss < 1.3);
    QCOMPARE(record.ranks.matrices, 6);
    QCOMPARE(record.ranks.initRank, 4);
    QCOMPARE(record.ranks.kept, 0 + 1 + 2 + 3 + 4 + 0);
    QCOMPARE(record.ranks.atZero, 2);
    QCOMPARE(record.ranks.largest, 4);
    QCOMPARE(record.ranks.revived, 4); // one at each of four events
    QCOMPARE(record.methodText(), "AdaLoRA 4 → 1.67");
    QCOMPARE(record.curve.size(), 40U);
    QVERIFY(record.bytes > 1000);
    QVERIFY(record.configuration.contains("target_rank"));
}

void TestRunLibrary::howARunStands_data()
{
    QTest::addColumn<QString>("lastWord");
    QTest::addColumn<RecordState>("state");
    QTest::addColumn<bool>("endedEarly");
    QTest::newRow("finished") << "Finished after step 40." << RecordState::Finished << false;
    QTest::newRow("stopped") << "Stopped after step 30." << RecordState::Stopped << true;
    QTest::newRow("no last word") << "" << RecordState::Interrupted << true;
    QTest::newRow("failed") << "Failed: The memory was full." << RecordState::Failed << true;
    QTest::newRow("in the middle") << "Saved checkpoints/step-20." << RecordState::Interrupted << true;
}

void TestRunLibrary::howARunStands()
{
    QFETCH(QString, lastWord);
    QFETCH(RecordState, state);
    QFETCH(bool, endedEarly);
    writeRun(path("a"), {.config = smallConfig(), .lastWord = lastWord});
    const RunRecord record = readRunFolder(path("a"), false);
    QCOMPARE(record.state, state);
    QCOMPARE(record.endedEarly(), endedEarly);
    QCOMPARE(record.canResume(), endedEarly); // with a checkpoint
    QVERIFY(QDir(path("a/checkpoints")).rename("step-40", "step-40.partial-1"));
    QVERIFY(!record.canResume());
    QCOMPARE(record.problem, state == RecordState::Failed ? "The memory was full." : "");
    QCOMPARE(readRunFolder(path("a"), true).state, RecordState::Running);
}

void TestRunLibrary::aDeadRunIsInterrupted()
{
    writeRun(path("a"), {.config = smallConfig(), .steps = 20, .lastWord = {}, .checkpoint = 20});
    {
        RunDatabase database(path("history.sqlite")); // as a studio leaves it that was killed
        RunRecord record;
        record.folder = path("a");
        record.name = "named by hand";
        record.state = RecordState::Running;
        database.insert(record);
    }
    open();
    QTRY_COMPARE_WITH_TIMEOUT(row("a")->state, RecordState::Interrupted, patience);
    QVERIFY(row("a")->canResume());
    QCOMPARE(row("a")->steps, 20);
    QCOMPARE(row("a")->stateText(), "interrupted at 20");
    QCOMPARE(row("a")->name, "named by hand");
}

void TestRunLibrary::aRunThatGoesOnIsRunning()
{
    writeRun(path("a"), {.config = smallConfig(), .lastWord = {}});
    open();
    QFile held(path("a/metrics.jsonl")); // as a trainer holds it, whoever started that
    QVERIFY(held.open(QIODevice::Append));
    scan();
    QCOMPARE(row("a")->state, RecordState::Running);
    held.close();
    m_library->open(); // refreshes
    QTRY_COMPARE_WITH_TIMEOUT(row("a")->state, RecordState::Interrupted, patience);
}

void TestRunLibrary::aMissingFolderIsToldApart()
{
    writeRun(path("a"), {smallConfig()});
    open();
    scan();
    QVERIFY(QDir().rename(path("a"), path("elsewhere")));
    m_library->open();
    QTRY_COMPARE_WITH_TIMEOUT(row("a")->state, RecordState::Missing, patience);
    QCOMPARE(row("a")->ranks.kept, 10); // what is known of it stays
    QVERIFY(QDir().rename(path("elsewhere"), path("a")));
    m_library->open();
    QTRY_COMPARE_WITH_TIMEOUT(row("a")->state, RecordState::Finished, patience);
}

void TestRunLibrary::anUnreadableRowSaysWhatAndOthersWork()
{
    writeRun(path("good"), {smallConfig()});
    writeRun(path("bad"), {smallConfig()});
    writeText(path("bad/metrics.jsonl"), "{\"step\": 1, \"loss\": \"much\"}\n{}\n");
    writeRun(path("worse"), {smallConfig()});
    writeText(path("worse/config.json"), "{\"adalora\": {\"init_rnak\": 3}}");
    open();
    scan();
    QCOMPARE(row("good")->state, RecordState::Finished);
    QCOMPARE(row("bad")->state, RecordState::Unreadable);
    QVERIFY2(row("bad")->problem.contains("bad/metrics.jsonl:1"), qPrintable(row("bad")->problem));
    QVERIFY2(row("bad")->problemText().startsWith("metrics.jsonl:1"), qPrintable(row("bad")->problemText()));
    QCOMPARE(row("bad")->methodText(), "AdaLoRA"); // its configuration is whole
    QCOMPARE(row("bad")->model, "demo-llama");
    QCOMPARE(row("worse")->state, RecordState::Unreadable);
    QVERIFY2(row("worse")->problem.contains("init_rank"), qPrintable(row("worse")->problem));
    const std::int64_t bad = row("bad")->id;
    QVERIFY(!m_library->loaded(bad));
    QTRY_VERIFY_WITH_TIMEOUT(!m_library->whyNotLoaded(bad).isEmpty(), patience);
    const std::int64_t good = row("good")->id;
    QVERIFY(!m_library->loaded(good)); // asks
    QTRY_VERIFY_WITH_TIMEOUT(m_library->loaded(good), patience);
    QCOMPARE(m_library->loaded(good)->history.metrics.size(), 40U);
}

void TestRunLibrary::aChangedFolderIsReadAgain()
{
    writeRun(path("a"), {.config = smallConfig(), .steps = 20, .lastWord = "Stopped after step 20."});
    open();
    scan();
    QCOMPARE(row("a")->state, RecordState::Stopped);
    writeRun(path("a"), {smallConfig()}); // resumed from the command line
    m_library->open();
    QTRY_COMPARE_WITH_TIMEOUT(row("a")->state, RecordState::Finished, patience);
    QCOMPARE(row("a")->steps, 40);
}

void TestRunLibrary::theRunsAskedForLastAreKept()
{
    constexpr int count = mostComparedRuns + 6;
    for (int run = 0; run < count; ++run)
        writeRun(path(QString::number(run)), {smallConfig()});
    open();
    scan();
    const auto id = [this](int run) { return row(QString::number(run))->id; };
    for (int run = 0; run < count; ++run) {
        QTRY_VERIFY_WITH_TIMEOUT(m_library->loaded(id(run)), patience);
        QVERIFY(m_library->loaded(id(0))); // asked for again and again, as a compared one is
    }
    int kept = 0;
    for (int run = count - 1; run >= 0; --run) // what is not there any more is not asked for before it is counted
        kept += m_library->loaded(id(run)) ? 1 : 0;
    QVERIFY2(kept >= mostComparedRuns && kept < count, qPrintable(QString::number(kept)));
    QVERIFY(m_library->loaded(id(0)));
    QTRY_VERIFY_WITH_TIMEOUT(m_library->loaded(id(1)), patience); // it is read anew
}

void TestRunLibrary::whatAPersonWroteStays()
{
    writeRun(path("a"), {smallConfig()});
    open();
    scan();
    const std::int64_t id = row("a")->id;
    m_library->setName(id, "renamed");
    m_library->setNotes(id, "a note");
    m_library->setTags(id, {"x", "y"});
    m_library.reset(); // waits for its thread: all is on the disk
    open();
    QCOMPARE(row("a")->name, "renamed");
    QCOMPARE(row("a")->notes, "a note");
    QCOMPARE(row("a")->tags, QStringList({"x", "y"}));
}

void TestRunLibrary::aFailureKeepsItsReason()
{
    writeRun(path("a"), {.config = smallConfig(), .lastWord = {}});
    {
        RunDatabase database(path("history.sqlite")); // its files do not say that it failed
        RunRecord record;
        record.folder = path("a");
        record.name = "a";
        record.state = RecordState::Failed;
        record.problem = "The memory was full.";
        record.steps = 40;
        record.fingerprint = "of other files";
        database.insert(record);
    }
    open();
    QTRY_VERIFY_WITH_TIMEOUT(row("a")->bytes > 0, patience); // read again
    QCOMPARE(row("a")->state, RecordState::Failed);
    QCOMPARE(row("a")->problem, "The memory was full.");
    writeRun(path("a"), {.config = smallConfig(), .steps = 41, .lastWord = {}}); // it went on, and was killed
    m_library->open();
    QTRY_COMPARE_WITH_TIMEOUT(row("a")->state, RecordState::Interrupted, patience);
    QVERIFY(row("a")->problem.isEmpty());
}

void TestRunLibrary::anOlderRowDoesNotUndoAName()
{
    writeRun(path("a"), {.config = smallConfig(), .steps = 20, .lastWord = "Stopped after step 20."});
    open();
    scan();
    const std::int64_t id = row("a")->id;
    writeRun(path("a"), {smallConfig()});
    m_library->open(); // reads the folder and sends its row, with the old name
    m_library->setName(id, "renamed");
    m_library->setNotes(id, "a note");
    QStringList names;
    connect(m_library.get(), &RunLibrary::changed, this, [&] { names << m_library->find(id)->name; });
    QTRY_COMPARE_WITH_TIMEOUT(row("a")->steps, 40, patience);
    m_library->disconnect(this);
    QCOMPARE(names.count("renamed"), names.size());
    QCOMPARE(row("a")->notes, "a note");
}

void TestRunLibrary::theTrashTakesTheFolder()
{
    writeRun(path("a"), {smallConfig()});
    writeText(path("a/checkpoints/step-20/state.safetensors"), QString(1'000'000, 'x'));
    open();
    scan();
    const std::int64_t id = row("a")->id;
    QSignalSpy measured(m_library.get(), &RunLibrary::measured);
    m_library->measure(id);
    QVERIFY(measured.wait(patience));
    QVERIFY(measured.front().at(1).toLongLong() > 1'000'000);
    QCOMPARE(measured.front().at(2).toInt(), 2);
    QSignalSpy removed(m_library.get(), &RunLibrary::removed);
    m_library->trash(id);
    QVERIFY(removed.wait(patience));
    const QString inTrash = removed.front().at(1).toString();
    QVERIFY(!QFileInfo::exists(path("a")));
    QVERIFY2(QFileInfo::exists(inTrash + "/config.json"), qPrintable(inTrash)); // it can be taken back
    QVERIFY2(inTrash.startsWith(QDir::homePath() + "/.qttest/"), qPrintable(inTrash)); // the test mode's own
    QVERIFY(m_library->records().empty());
    QDir(inTrash).removeRecursively();
}

void TestRunLibrary::aRunningRunIsNotDeleted()
{
    writeRun(path("a"), {.config = smallConfig(), .lastWord = {}});
    open();
    scan();
    QFile held(path("a/metrics.jsonl"));
    QVERIFY(held.open(QIODevice::Append));
    QSignalSpy failed(m_library.get(), &RunLibrary::failed);
    m_library->trash(row("a")->id); // its row still says interrupted
    QVERIFY(failed.wait(patience));
    QVERIFY(QFileInfo::exists(path("a/config.json")));
    QVERIFY(row("a"));
}

void TestRunLibrary::aRefusedDatabaseIsTold()
{
    writeText(path("history.sqlite"), QString(5000, 'x'));
    m_library = std::make_unique<RunLibrary>(path("history.sqlite"));
    m_library->open();
    QTRY_VERIFY_WITH_TIMEOUT(!m_library->refusal().isEmpty(), patience);
    QVERIFY(m_library->refusal().contains("history.sqlite"));
    m_library->setName(1, "x"); // nothing breaks without a history
    m_library->scan(m_folder->path());
    QVERIFY(m_library->records().empty());
}

QTEST_GUILESS_MAIN(TestRunLibrary)
#include "tst_runlibrary.moc"
