// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/Error.h"

#include <QString>

class QSqlDatabase;
class QSqlError;

namespace spectune {

/// The history's form that this program writes; kept in the file as PRAGMA user_version.
inline constexpr int historyVersion = 4;

/// Brings an open database to @p version, each step in a transaction of its own: a file whose migration fails stays as
/// it was. An empty file has version 0. A newer file is refused before anything is written.
/// @throws Error (Io) naming the file, and what to do
void migrateHistory(QSqlDatabase& database, int version = historyVersion);

/// Takes a file one version further that had @p found when it was read, in a transaction of its own; another program
/// may have been first meanwhile, and then nothing is done. @return the version it has now @throws Error (Io)
[[nodiscard]] int migrateFrom(QSqlDatabase& database, int found);

/// What to be said of @p error, and what to do: a file that is in use, one that is no history, and all else.
[[nodiscard]] Error historyError(const QString& file, const QSqlError& error);

/// PRAGMA user_version. @throws Error (Io) where the file is no database
[[nodiscard]] int historyVersionOf(QSqlDatabase& database);

/// Runs one statement. @throws Error (Io) with the file's name and the database's own words
void executeStatement(QSqlDatabase& database, const QString& statement);

} // namespace spectune
