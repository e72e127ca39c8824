// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/RunRecord.h"

#include <chrono>
#include <memory>
#include <optional>

class QSqlDatabase;
class QSqlQuery;

namespace spectune {

/// The history's file. One connection, used by the thread that opened it alone.
/// All functions @throw Error (Io) with the file's name and the database's own words.
class RunDatabase {
public:
    /// Opens or makes @p file (":memory:" for none) and migrates it.
    /// @param patience how long each statement waits for another program that has the file
    explicit RunDatabase(const QString& file, std::chrono::milliseconds patience = std::chrono::seconds(2));
    ~RunDatabase();
    RunDatabase(const RunDatabase&) = delete;
    RunDatabase& operator=(const RunDatabase&) = delete;

    /// All rows, newest first.
    [[nodiscard]] std::vector<RunRecord> all() const;
    [[nodiscard]] std::optional<RunRecord> find(std::int64_t id) const;
    [[nodiscard]] std::optional<RunRecord> findFolder(const QString& folder) const;

    /// Adds a row, its id left aside. @return the new id
    std::int64_t insert(const RunRecord& record);
    /// Writes what was read from the folder and how the run stands; name, notes and tags stay.
    void updateFacts(const RunRecord& record);
    void setName(std::int64_t id, const QString& name);
    void setNotes(std::int64_t id, const QString& notes);
    void setTags(std::int64_t id, const QStringList& tags);
    /// Of the row alone; the folder is not touched.
    void remove(std::int64_t id);

private:
    [[nodiscard]] std::vector<RunRecord> select(const QString& rest, const QVariant& value) const;
    void setText(std::int64_t id, const char* column, const QString& text);
    void run(QSqlQuery& query) const;
    [[nodiscard]] QSqlQuery prepared(const QString& statement) const;
    void bindFacts(QSqlQuery& query, const RunRecord& record) const;

    QString m_connection;
    std::unique_ptr<QSqlDatabase> m_database;
};

} // namespace spectune
