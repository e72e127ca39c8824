// SPDX-License-Identifier: GPL-3.0-or-later
// Which runs of the history are read again: those whose files have changed, and those whose numbers an earlier program
// made in another way.
#include "tests/ui/RunFolderBench.h"
#include "ui/RunFolderReader.h"
#include "ui/RunLibrary.h"
#include "ui/RunMigrations.h"

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
    void aSearchRefreshesWhatItKnows();

private:
    [[nodiscard]] QString history() const { return m_folder->filePath("history.sqlite"); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestRunRefresh::numbersOfAnEarlierDerivationAreDerivedAnew()
{
    const QString folder = test::writeRun(m_folder->filePath("run"), {test::smallConfig()});
    {
        QSqlDatabase old = QSqlDatabase::addDatabase("QSQLITE", "old"); // whose program counted pauses into the speed
        old.setDatabaseName(history());
        QVERIFY(old.open());
        migrateHistory(old, 3);
        executeStatement(old,
            QStringLiteral("INSERT INTO runs (folder, name, notes, state, steps, tokens_per_second, fingerprint) "
                           "VALUES ('%1', 'by hand', 'kept', 'finished', 40, 7.0, '%2')")
                .arg(folder, folderFingerprint(folder)));
        old.close();
    }
    QSqlDatabase::removeDatabase("old");
    RunLibrary library(history());
    const auto speed = [&library, &folder] {
        const RunRecord* record = library.findFolder(folder);
        return record ? record->tokensPerSecond : 0.0;
    };
    library.open();
    QTRY_COMPARE_WITH_TIMEOUT(speed(), 200.0, patience);
    const RunRecord& record = *library.findFolder(folder);
    QCOMPARE(record.derivation, folderDerivation); // so that it is not read once more
    QCOMPARE(record.name, "by hand");
    QCOMPARE(record.notes, "kept");
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

QTEST_GUILESS_MAIN(TestRunRefresh)
#include "tst_runrefresh.moc"
