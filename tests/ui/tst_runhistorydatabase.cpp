// SPDX-License-Identifier: GPL-3.0-or-later
// The history's file: migrations from every earlier version, rows there and back, what is refused.
#include "tests/support/Errors.h"
#include "ui/RunDatabase.h"
#include "ui/RunFolderReader.h"
#include "ui/RunLibrary.h"
#include "ui/RunMigrations.h"

#include <QFile>
#include <QSqlDatabase>
#include <QSqlQuery>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace spectune;

namespace {

constexpr int patience = 20'000; // ms

/// A connection of its own to a file, as an older program would have had it.
class OldProgram {
public:
    explicit OldProgram(const QString& file, const QString& connection = "old")
        : m_connection(connection)
    {
        m_database = QSqlDatabase::addDatabase("QSQLITE", m_connection);
        m_database.setDatabaseName(file);
        if (!m_database.open())
            qFatal("no SQLite");
    }
    ~OldProgram()
    {
        m_database.close();
        m_database = {};
        QSqlDatabase::removeDatabase(m_connection);
    }
    QSqlDatabase& database() { return m_database; }

private:
    QString m_connection;
    QSqlDatabase m_database;
};

/// Whether @p call throws an Error about a file whose text holds @p part.
template <typename Call>
bool says(Call&& call, const char* part)
{
    return testing::ioErrorOf(call).find(part) != std::string::npos;
}

RunRecord fullRecord()
{
    RunRecord record;
    record.folder = "/runs/gsm8k-r6";
    record.name = "gsm8k-r6";
    record.notes = "first try\nwith two lines";
    record.tags = {"baseline", "gsm8k"};
    record.state = RecordState::Failed;
    record.problem = "The memory was full.";
    record.device = "Processor, 2 cores";
    record.model = "demo-llama";
    record.method = "adalora";
    record.started = QDateTime(QDate(2026, 3, 2), QTime(10, 0));
    record.ended = QDateTime(QDate(2026, 3, 2), QTime(10, 5));
    record.steps = 1106;
    record.totalSteps = 2000;
    record.loss = 0.731;
    record.evalLoss = std::nan("");
    record.seconds = 300.5;
    record.tokensPerSecond = 1234.5;
    record.ranks = {154, 12, 924, 11, 12, 384};
    record.curve = {3.0F, 1.5F, 0.75F};
    record.bytes = 412'000'000;
    record.configuration = "{\"schema\": 1}";
    record.fingerprint = "1:2 3:4";
    record.derivation = 3;
    return record;
}

} // namespace

class TestRunHistoryDatabase : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void rowsComeBackAsTheyWere();
    void factsLeaveNameNotesAndTags();
    void oneFolderHasOneRow();
    void everyEarlierVersionIsMigrated_data();
    void everyEarlierVersionIsMigrated();
    void aMigrationThatFailsChangesNothing();
    void twoProgramsMigrateOnce();
    void aNewerFileIsRefusedAndLeftAlone();
    void whatIsNoDatabaseIsRefused();
    void aFileInUseIsToldApart();
    void aFileLetGoIsReadAtTheNextVisit();
    void aFolderIsNoHistory();
    void foreignTablesAreRefused_data();
    void foreignTablesAreRefused();
    void tagsGoWithTheirRow();

private:
    [[nodiscard]] QString file() const { return m_folder->filePath("deep/history.sqlite"); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestRunHistoryDatabase::rowsComeBackAsTheyWere()
{
    const RunRecord written = fullRecord();
    {
        RunDatabase database(file());
        QCOMPARE(database.insert(written), 1);
    }
    const RunDatabase database(file()); // a second opening migrates nothing and finds it
    QCOMPARE(database.all().size(), 1U);
    const RunRecord read = *database.findFolder("/runs/gsm8k-r6");
    QCOMPARE(read.id, 1);
    QCOMPARE(read.name, written.name);
    QCOMPARE(read.notes, written.notes);
    QCOMPARE(read.tags, written.tags);
    QCOMPARE(read.state, RecordState::Failed);
    QCOMPARE(read.problem, written.problem);
    QCOMPARE(read.device, written.device);
    QCOMPARE(read.model, written.model);
    QCOMPARE(read.method, written.method);
    QCOMPARE(read.started, written.started);
    QCOMPARE(read.ended, written.ended);
    QCOMPARE(read.steps, 1106);
    QCOMPARE(read.totalSteps, 2000);
    QCOMPARE(read.loss, 0.731);
    QVERIFY(std::isnan(read.evalLoss)); // null, not 0
    QCOMPARE(read.seconds, 300.5);
    QCOMPARE(read.tokensPerSecond, 1234.5);
    QCOMPARE(read.ranks.kept, 924);
    QCOMPARE(read.ranks.revived, 384);
    QCOMPARE(read.curve, written.curve);
    QCOMPARE(read.bytes, 412'000'000);
    QCOMPARE(read.configuration, written.configuration);
    QCOMPARE(read.fingerprint, written.fingerprint);
    QCOMPARE(read.derivation, 3);
}

void TestRunHistoryDatabase::factsLeaveNameNotesAndTags()
{
    RunDatabase database(file());
    const std::int64_t id = database.insert(fullRecord());
    database.setName(id, "renamed");
    database.setNotes(id, "second thoughts");
    database.setTags(id, {"b", "a"});
    RunRecord facts = *database.find(id);
    facts.name = "from the folder";
    facts.notes = "from the folder";
    facts.tags = {"from the folder"};
    facts.state = RecordState::Finished;
    facts.evalLoss = 0.757;
    database.updateFacts(facts);
    const RunRecord read = *database.find(id);
    QCOMPARE(read.name, "renamed");
    QCOMPARE(read.notes, "second thoughts");
    QCOMPARE(read.tags, QStringList({"a", "b"}));
    QCOMPARE(read.state, RecordState::Finished);
    QCOMPARE(read.evalLoss, 0.757);
}

void TestRunHistoryDatabase::oneFolderHasOneRow()
{
    RunDatabase database(file());
    database.insert(fullRecord());
    QVERIFY(says([&] { database.insert(fullRecord()); }, "UNIQUE"));
    QCOMPARE(database.all().size(), 1U);
}

void TestRunHistoryDatabase::everyEarlierVersionIsMigrated_data()
{
    QTest::addColumn<int>("version");
    for (int version = 0; version < historyVersion; ++version)
        QTest::addRow("from version %d", version) << version;
}

void TestRunHistoryDatabase::everyEarlierVersionIsMigrated()
{
    QFETCH(int, version);
    const QString path = m_folder->filePath("old.sqlite");
    {
        OldProgram old(path);
        migrateHistory(old.database(), version);
        QCOMPARE(historyVersionOf(old.database()), version);
        if (version >= 1)
            executeStatement(old.database(),
                "INSERT INTO runs (folder, name, notes, state, started, steps, loss) "
                "VALUES ('/runs/old', 'old', 'kept', 'stopped', '2026-01-02T03:04:05Z', 120, 1.25)");
        if (version >= 2)
            executeStatement(old.database(), "INSERT INTO tags (run, tag) VALUES (1, 'precious')");
    }
    RunDatabase database(path);
    if (version == 0) {
        QVERIFY(database.all().empty());
    } else {
        const RunRecord record = *database.findFolder("/runs/old");
        QCOMPARE(record.name, "old");
        QCOMPARE(record.notes, "kept");
        QCOMPARE(record.state, RecordState::Stopped);
        QCOMPARE(record.steps, 120);
        QCOMPARE(record.loss, 1.25);
        QVERIFY(std::isnan(record.evalLoss));
        QCOMPARE(record.fingerprint, QString()); // so that its folder is read again
        QVERIFY(record.derivation < folderDerivation); // which would do by itself
        QCOMPARE(record.tags, version >= 2 ? QStringList {"precious"} : QStringList());
    }
    database.insert(fullRecord()); // the new form takes all that the program writes
    QCOMPARE(database.findFolder("/runs/gsm8k-r6")->ranks.kept, 924);
}

void TestRunHistoryDatabase::aMigrationThatFailsChangesNothing()
{
    const QString path = m_folder->filePath("odd.sqlite");
    {
        OldProgram old(path);
        migrateHistory(old.database(), 1);
        executeStatement(old.database(), "CREATE TABLE tags (something TEXT)"); // in version 2's way
        executeStatement(
            old.database(), "INSERT INTO runs (folder, name, state) VALUES ('/runs/old', 'old', 'stopped')");
    }
    QVERIFY(says([&] { RunDatabase {path}; }, "odd.sqlite"));
    OldProgram old(path);
    QCOMPARE(historyVersionOf(old.database()), 1);
    QSqlQuery query(old.database());
    QVERIFY(query.exec("SELECT name FROM runs") && query.next());
    QCOMPARE(query.value(0).toString(), "old");
}

void TestRunHistoryDatabase::twoProgramsMigrateOnce()
{
    const QString path = m_folder->filePath("both.sqlite");
    OldProgram first(path);
    OldProgram second(path, "second");
    migrateHistory(first.database(), 1);
    const int found = historyVersionOf(second.database());
    QCOMPARE(found, 1);
    migrateHistory(first.database(), 2); // between the second's look and its lock
    QCOMPARE(migrateFrom(second.database(), found), 2);
    migrateHistory(second.database());
    QCOMPARE(historyVersionOf(first.database()), historyVersion);
    QVERIFY(RunDatabase(path).all().empty());
}

void TestRunHistoryDatabase::aNewerFileIsRefusedAndLeftAlone()
{
    const QString path = m_folder->filePath("newer.sqlite");
    {
        OldProgram newer(path);
        migrateHistory(newer.database());
        executeStatement(newer.database(), QStringLiteral("PRAGMA user_version = %1").arg(historyVersion + 4));
    }
    QFile before(path);
    QVERIFY(before.open(QIODevice::ReadOnly));
    const QByteArray bytes = before.readAll();
    QVERIFY(says([&] { RunDatabase {path}; }, "has version 8, this Spectune knows versions up to 4"));
    QFile after(path);
    QVERIFY(after.open(QIODevice::ReadOnly));
    QCOMPARE(after.readAll(), bytes);
}

void TestRunHistoryDatabase::whatIsNoDatabaseIsRefused()
{
    const QString path = m_folder->filePath("letter.txt");
    QFile letter(path);
    QVERIFY(letter.open(QIODevice::WriteOnly));
    letter.write(QByteArray(4096, 'x'));
    letter.close();
    QVERIFY(says([&] { RunDatabase {path}; }, "letter.txt is no history of Spectune"));
    QCOMPARE(letter.size(), 4096);
}

void TestRunHistoryDatabase::aFileInUseIsToldApart()
{
    const QString path = m_folder->filePath("busy.sqlite");
    OldProgram other(path);
    migrateHistory(other.database());
    executeStatement(other.database(), "BEGIN EXCLUSIVE");
    const std::string problem = testing::ioErrorOf([&] { RunDatabase(path, std::chrono::milliseconds(20)); });
    QVERIFY2(problem.find("in use by another program") != std::string::npos, problem.c_str());
    QVERIFY2(problem.find("no history of Spectune") == std::string::npos, problem.c_str());
    QVERIFY2(problem.find("move") == std::string::npos, problem.c_str());
    executeStatement(other.database(), "COMMIT");
    QVERIFY(RunDatabase(path).all().empty());
}

void TestRunHistoryDatabase::aFileLetGoIsReadAtTheNextVisit()
{
    const QString path = m_folder->filePath("busy.sqlite");
    OldProgram other(path);
    migrateHistory(other.database());
    executeStatement(other.database(), "INSERT INTO runs (folder, name, state) VALUES ('/runs/a', 'a', 'missing')");
    executeStatement(other.database(), "BEGIN EXCLUSIVE");
    RunLibrary library(path);
    library.open();
    QTRY_VERIFY_WITH_TIMEOUT(!library.refusal().isEmpty(), patience);
    QVERIFY2(library.refusal().contains("in use by another program"), qPrintable(library.refusal()));
    QVERIFY(!library.isOpen());
    executeStatement(other.database(), "COMMIT");
    library.open(); // as the window does when Runs is shown
    QTRY_VERIFY_WITH_TIMEOUT(library.isOpen(), patience);
    QCOMPARE(library.refusal(), QString());
    QCOMPARE(library.records().size(), 1U);
}

void TestRunHistoryDatabase::aFolderIsNoHistory()
{
    QVERIFY(says([&] { RunDatabase {m_folder->path()}; }, "is a folder"));
}

void TestRunHistoryDatabase::foreignTablesAreRefused_data()
{
    QTest::addColumn<QString>("table");
    QTest::addColumn<int>("version");
    QTest::newRow("at the first migration") << "CREATE TABLE runs (distance REAL, shoes TEXT)" << 0;
    QTest::newRow("of this version") << "CREATE TABLE runs (distance REAL, shoes TEXT)" << historyVersion;
    QTest::newRow("no tables") << "CREATE TABLE shoes (size INTEGER)" << historyVersion;
}

void TestRunHistoryDatabase::foreignTablesAreRefused()
{
    QFETCH(QString, table);
    QFETCH(int, version);
    const QString path = m_folder->filePath("jogging.sqlite");
    {
        OldProgram other(path);
        executeStatement(other.database(), table);
        executeStatement(other.database(), QStringLiteral("PRAGMA user_version = %1").arg(version));
    }
    const std::string problem = testing::ioErrorOf([&] { RunDatabase {path}; });
    QVERIFY2(problem.find("jogging.sqlite is no history of Spectune") != std::string::npos, problem.c_str());
    QVERIFY2(problem.find("move this file away") != std::string::npos, problem.c_str());
    QVERIFY2(problem.find("No query") == std::string::npos, problem.c_str());
}

void TestRunHistoryDatabase::tagsGoWithTheirRow()
{
    RunDatabase database(file());
    const std::int64_t id = database.insert(fullRecord());
    database.remove(id);
    QVERIFY(database.all().empty());
    RunRecord other = fullRecord();
    other.tags.clear();
    QCOMPARE(database.find(database.insert(other))->tags, QStringList());
}

QTEST_GUILESS_MAIN(TestRunHistoryDatabase)
#include "tst_runhistorydatabase.moc"
