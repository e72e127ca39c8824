// SPDX-License-Identifier: GPL-3.0-or-later
// Which runs of the history are read again: those whose files have changed, and those whose numbers an earlier program
// made in another way.
#include "tests/ui/RunFolderBench.h"
#include "ui/RunFolderReader.h"
#include "ui/RunLibrary.h"
#include "ui/RunMigrations.h"

#include <QFile>
#include <QSignalSpy>
#include <QSqlDatabase>
#include <QTemporaryDir>
#include <QTest>

using namespace spectune;

namespace {
constexpr int patience = 20'000; // ms
}

class TestRunRefresh : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void numbersOfAnEarlierDerivationAreDerivedAnew();
    void anotherDerivationKeepsHowARunWent();
    void aSearchRefreshesWhatItKnows();
    void aSearchHasItsLimits();
    void aSearchThatFailsSaysSo();
    void aRunWhoseRowCannotBeReadSaysSo();
    void aRunInUseIsKnownThroughALink();

private:
    /// Has another program do @p statement in the history.
    void elsewhere(const QString& statement);
    /// A history of the program before the derivations, whose rows @p values fill in.
    void writeOldHistory(const QString& columns, const QString& values);
    [[nodiscard]] QString history() const { return m_folder->filePath("history.sqlite"); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestRunRefresh::writeOldHistory(const QString& columns, const QString& values)
{
    {
        QSqlDatabase old = QSqlDatabase::addDatabase("QSQLITE", "old");
        old.setDatabaseName(history());
        QVERIFY(old.open());
        migrateHistory(old, 3);
        executeStatement(old, QStringLiteral("INSERT INTO runs (%1) VALUES (%2)").arg(columns, values));
        old.close();
    }
    QSqlDatabase::removeDatabase("old");
}

void TestRunRefresh::elsewhere(const QString& statement)
{
    {
        QSqlDatabase other = QSqlDatabase::addDatabase("QSQLITE", "other");
        other.setDatabaseName(history());
        QVERIFY(other.open());
        executeStatement(other, statement);
        other.close();
    }
    QSqlDatabase::removeDatabase("other");
}

/// Tokens a second of the run in @p folder, as the library knows it; 0: it knows none.
static double speedOf(const RunLibrary& library, const QString& folder)
{
    const RunRecord* record = library.findFolder(folder);
    return record ? record->tokensPerSecond : 0.0;
}

void TestRunRefresh::numbersOfAnEarlierDerivationAreDerivedAnew()
{
    const QString folder = test::writeRun(m_folder->filePath("run"), {test::smallConfig()});
    // Its program counted pauses into the speed.
    writeOldHistory("folder, name, notes, state, steps, tokens_per_second, fingerprint",
        QStringLiteral("'%1', 'by hand', 'kept', 'finished', 40, 7.0, '%2'").arg(folder, folderFingerprint(folder)));
    RunLibrary library(history());
    library.open();
    QTRY_COMPARE_WITH_TIMEOUT(speedOf(library, folder), 200.0, patience);
    const RunRecord& record = *library.findFolder(folder);
    QCOMPARE(record.derivation, folderDerivation); // so that it is not read once more
    QCOMPARE(record.name, "by hand");
    QCOMPARE(record.notes, "kept");
}

/// Without log.txt the row alone has it.
void TestRunRefresh::anotherDerivationKeepsHowARunWent()
{
    const QString folder = test::writeRun(m_folder->filePath("run"), {test::smallConfig()});
    QVERIFY(QFile::remove(folder + "/log.txt"));
    writeOldHistory("folder, name, state, started, ended, steps, tokens_per_second, fingerprint",
        QStringLiteral("'%1', 'run', 'stopped', '2024-03-05T10:00:00.000', '2024-03-05T11:30:00.000', 40, 7.0, '%2'")
            .arg(folder, folderFingerprint(folder)));
    RunLibrary library(history());
    library.open();
    QTRY_COMPARE_WITH_TIMEOUT(speedOf(library, folder), 200.0, patience);
    const RunRecord& record = *library.findFolder(folder);
    QCOMPARE(record.state, RecordState::Stopped);
    QVERIFY(record.started.isValid() && record.started.date() == QDate(2024, 3, 5));
    QCOMPARE(record.started.secsTo(record.ended), qint64 {90} * 60);
    QFile more(folder + "/metrics.jsonl"); // what has been done in it since nobody tells
    QVERIFY(more.open(QIODevice::Append) && more.write("\n") == 1);
    more.close();
    library.open();
    const auto state = [&library, &folder] { return library.findFolder(folder)->state; };
    QTRY_COMPARE_WITH_TIMEOUT(state(), RecordState::Interrupted, patience);
}

void TestRunRefresh::aSearchHasItsLimits()
{
    const QString near = test::writeRun(m_folder->filePath("near"), {test::smallConfig()});
    const QString deep = test::writeRun(m_folder->filePath("a/b/deep"), {test::smallConfig()});
    const auto find = [this](const SearchLimits& limits) {
        return findRunFolders(
            m_folder->path(), [] { return true; }, limits);
    };
    const FoundRuns all = find({});
    QCOMPARE(all.found, QStringList({deep, near}));
    QVERIFY(all.whole);
    QCOMPARE(find({.levels = 3}).found, all.found); // there is nothing below the runs
    QVERIFY(find({.levels = 3}).whole);
    for (const SearchLimits& limits : {SearchLimits {.levels = 1}, SearchLimits {.folders = 3}}) {
        QCOMPARE(find(limits).found, QStringList {near});
        QVERIFY(!find(limits).whole);
    }
}

void TestRunRefresh::aSearchThatFailsSaysSo()
{
    test::writeRun(m_folder->filePath("run"), {test::smallConfig()});
    RunLibrary library(history());
    library.open();
    QTRY_VERIFY_WITH_TIMEOUT(library.isOpen(), patience);
    elsewhere("DROP TABLE runs");
    QSignalSpy failed(&library, &RunLibrary::failed);
    QSignalSpy scanned(&library, &RunLibrary::scanned);
    library.scan(m_folder->path());
    QTRY_COMPARE_WITH_TIMEOUT(scanned.size(), 1, patience);
    QCOMPARE(failed.size(), 1);
    QCOMPARE(scanned.front().at(4).value<SearchEnd>(), SearchEnd::Failed);
}

void TestRunRefresh::aSearchRefreshesWhatItKnows()
{
    const test::WrittenRun stopped {
        .config = test::smallConfig(), .steps = 20, .lastWord = "Stopped after step 20.", .checkpoint = 20};
    const QString folder = test::writeRun(m_folder->filePath("run"), stopped);
    RunLibrary library(history());
    const auto steps = [&library, &folder]() -> std::int64_t {
        const RunRecord* record = library.findFolder(folder);
        return record ? record->steps : -1;
    };
    library.open();
    library.scan(m_folder->path());
    QTRY_COMPARE_WITH_TIMEOUT(steps(), std::int64_t {20}, patience);
    test::writeRun(folder, {test::smallConfig()}); // resumed from the command line
    library.scan(m_folder->path());
    QTRY_COMPARE_WITH_TIMEOUT(steps(), std::int64_t {40}, patience);
    QCOMPARE(library.findFolder(folder)->state, RecordState::Finished);
}

/// Else it would be said to be read for as long as the studio is open.
void TestRunRefresh::aRunWhoseRowCannotBeReadSaysSo()
{
    const QString folder = test::writeRun(m_folder->filePath("run"), {test::smallConfig()});
    RunLibrary library(history());
    library.open();
    library.scan(m_folder->path());
    QTRY_VERIFY_WITH_TIMEOUT(library.findFolder(folder) != nullptr, patience);
    const std::int64_t id = library.findFolder(folder)->id;
    elsewhere("ALTER TABLE runs RENAME TO away"); // as if another program had it
    QCOMPARE(library.loaded(id), nullptr);
    QTRY_VERIFY_WITH_TIMEOUT(!library.whyNotLoaded(id).isEmpty(), patience);
    elsewhere("ALTER TABLE away RENAME TO runs");
    library.open(); // the next visit asks again
    QCOMPARE(library.whyNotLoaded(id), QString());
    QTRY_VERIFY_WITH_TIMEOUT(library.loaded(id) != nullptr, patience);

    const QString other = test::writeRun(m_folder->filePath("other"), {test::smallConfig()});
    library.scan(m_folder->path());
    QTRY_VERIFY_WITH_TIMEOUT(library.findFolder(other) != nullptr, patience);
    const std::int64_t gone = library.findFolder(other)->id;
    elsewhere(QStringLiteral("DELETE FROM runs WHERE id = %1").arg(gone));
    QCOMPARE(library.loaded(gone), nullptr);
    QTRY_VERIFY_WITH_TIMEOUT(!library.whyNotLoaded(gone).isEmpty(), patience);
}

/// The kernel tells of open files by their paths without links; the runs' folder may be a link to another disk.
void TestRunRefresh::aRunInUseIsKnownThroughALink()
{
    const QString target = test::writeRun(m_folder->filePath("disk/run"), test::written(0, 1.0, {}));
    QVERIFY(QFile::link(m_folder->filePath("disk"), m_folder->filePath("runs")));
    const QString folder = m_folder->filePath("runs/run");
    RunLibrary library(history());
    const auto isState = [&library, &folder](RecordState state) {
        const RunRecord* record = library.findFolder(folder);
        return record && record->state == state;
    };
    {
        QFile inUse(target + "/metrics.jsonl"); // as its trainer has it
        QVERIFY(inUse.open(QIODevice::Append));
        library.open();
        library.scan(m_folder->filePath("runs"));
        QTRY_VERIFY_WITH_TIMEOUT(library.findFolder(folder) != nullptr, patience);
        QVERIFY(isState(RecordState::Running)); // found
        library.open();
        QSignalSpy failed(&library, &RunLibrary::failed);
        library.trash(library.findFolder(folder)->id);
        QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, patience);
        QVERIFY2(failed[0][0].toString().contains("goes on"), qPrintable(failed[0][0].toString()));
        QVERIFY(QFile::exists(folder + "/metrics.jsonl"));
        QVERIFY(isState(RecordState::Running)); // read again
    }
    library.open();
    QTRY_VERIFY_WITH_TIMEOUT(isState(RecordState::Interrupted), patience);
}

QTEST_GUILESS_MAIN(TestRunRefresh)
#include "tst_runrefresh.moc"
