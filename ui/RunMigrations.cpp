// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunMigrations.h"

#include "training/core/Error.h"

#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>

#include <array>

namespace spectune {

namespace {

// A migration that has been released is never changed: files of that version lie on people's disks.

/// What a run is and how it ended.
void toVersion1(QSqlDatabase& database)
{
    executeStatement(database,
        QStringLiteral(
            "CREATE TABLE runs ("
            "id INTEGER PRIMARY KEY, folder TEXT NOT NULL UNIQUE, name TEXT NOT NULL, "
            "notes TEXT NOT NULL DEFAULT '', state TEXT NOT NULL, problem TEXT NOT NULL DEFAULT '', "
            "device TEXT NOT NULL DEFAULT '', model TEXT NOT NULL DEFAULT '', method TEXT NOT NULL DEFAULT '', "
            "started TEXT, ended TEXT, steps INTEGER NOT NULL DEFAULT 0, "
            "total_steps INTEGER NOT NULL DEFAULT 0, loss REAL, eval_loss REAL, "
            "configuration TEXT NOT NULL DEFAULT '')"));
}

/// Any number of tags a run.
void toVersion2(QSqlDatabase& database)
{
    executeStatement(database,
        QStringLiteral("CREATE TABLE tags (run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE, "
                       "tag TEXT NOT NULL, PRIMARY KEY (run, tag)) WITHOUT ROWID"));
}

/// What the list and the table of results show without opening a run's files. The fingerprint is empty in old rows:
/// their folders are read again.
void toVersion3(QSqlDatabase& database)
{
    for (const char* column : {"seconds REAL NOT NULL DEFAULT 0", "tokens_per_second REAL NOT NULL DEFAULT 0",
             "matrices INTEGER NOT NULL DEFAULT 0", "init_rank INTEGER NOT NULL DEFAULT 0",
             "kept INTEGER NOT NULL DEFAULT 0", "at_zero INTEGER NOT NULL DEFAULT 0",
             "largest INTEGER NOT NULL DEFAULT 0", "revived INTEGER NOT NULL DEFAULT 0", "curve BLOB",
             "bytes INTEGER NOT NULL DEFAULT 0", "fingerprint TEXT NOT NULL DEFAULT ''"})
        executeStatement(database, QStringLiteral("ALTER TABLE runs ADD COLUMN %1").arg(QLatin1String(column)));
}

/// By which derivation a row's numbers were read from its files; 0 in old rows, whose unchanged folders would otherwise
/// keep a number for good that is derived in another way by now.
void toVersion4(QSqlDatabase& database)
{
    executeStatement(database, QStringLiteral("ALTER TABLE runs ADD COLUMN derivation INTEGER NOT NULL DEFAULT 0"));
}

constexpr std::array<void (*)(QSqlDatabase&), historyVersion> migrations {
    toVersion1, toVersion2, toVersion3, toVersion4};

/// historyVersionOf(). @throws Error (Io) where it is a newer program's, too
int knownVersionOf(QSqlDatabase& database)
{
    const int found = historyVersionOf(database);
    if (found > historyVersion)
        throw ioError("%1 has version %2, this Spectune knows versions up to %3. It was left as it is: use the newer "
                      "Spectune that wrote it, or move the file away to begin a new history.",
            database.databaseName().toStdString(), found, historyVersion);
    return found;
}

} // namespace

Error historyError(const QString& file, const QSqlError& error)
{
    // SQLite's numbers, part of its file format's and interface's promise; the upper bytes tell variants apart.
    enum Primary { OtherError = 1, Busy = 5, Locked = 6, Corrupt = 11, CannotOpen = 14, NotADatabase = 26 };
    const std::string name = file.toStdString();
    const std::string words = error.text().simplified().toStdString();
    switch (error.nativeErrorCode().toInt() & 0xff) {
    case Busy:
    case Locked:
        return ioError("%1 is in use by another program (%2). It is tried again when you come back to Runs; nothing is "
                       "lost meanwhile.",
            name, words);
    case OtherError: // a table or column that is not as this program makes it
    case Corrupt:
    case NotADatabase:
        return ioError(
            "%1 is no history of Spectune: %2. The runs' folders are not touched; move this file away, and add "
            "them again from the disk.",
            name, words);
    case CannotOpen:
        return ioError("%1 could not be opened: %2. The runs' folders are not touched; see that you may write to this "
                       "file and its folder.",
            name, words);
    default: return ioError("%1: %2. The runs' folders are not touched.", name, words);
    }
}

void executeStatement(QSqlDatabase& database, const QString& statement)
{
    QSqlQuery query(database);
    if (!query.exec(statement))
        throw historyError(database.databaseName(), query.lastError());
}

int historyVersionOf(QSqlDatabase& database)
{
    QSqlQuery query(database);
    if (!query.exec(QStringLiteral("PRAGMA user_version")) || !query.next())
        throw historyError(database.databaseName(), query.lastError());
    return query.value(0).toInt();
}

int migrateFrom(QSqlDatabase& database, int found)
{
    executeStatement(database, QStringLiteral("BEGIN IMMEDIATE"));
    try {
        int now = knownVersionOf(database); // this one has waited for whoever was first
        if (now == found) {
            migrations.at(static_cast<std::size_t>(now))(database);
            executeStatement(database, QStringLiteral("PRAGMA user_version = %1").arg(++now));
        }
        executeStatement(database, QStringLiteral("COMMIT"));
        return now;
    } catch (const Error&) {
        QSqlQuery(database).exec(QStringLiteral("ROLLBACK"));
        throw;
    }
}

void migrateHistory(QSqlDatabase& database, int version)
{
    int found = knownVersionOf(database);
    while (found < version)
        found = migrateFrom(database, found);
}

} // namespace spectune
