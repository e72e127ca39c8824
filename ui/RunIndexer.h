// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/LoadedRun.h"
#include "ui/RunDatabase.h"
#include "ui/SearchLimits.h"

#include <QObject>
#include <QSet>

#include <atomic>
#include <functional>
#include <memory>

namespace spectune {

class FoldersInUse;

/// Keeps the history's file and reads the runs' folders, on a thread of its own: its functions are called there, its
/// signals arrive as values. Whatever goes wrong is told by failed(); nothing is thrown.
class RunIndexer : public QObject {
    Q_OBJECT
public:
    /// @param file of the history; opened by open(), on the caller's thread
    explicit RunIndexer(QString file);

    /// Opens the file and lists what it holds; refused() where it cannot be used. Then refreshes.
    void open();
    /// Reads folders again whose files have changed or whose numbers an earlier derivation made, and finds out which
    /// runs still go on. A file that could not be used is tried again.
    void refresh();
    /// Adds the runs below @p root that are not in the history, and refreshes those that are. After an error failed()
    /// comes first, then scanned().
    /// @param cancelled ends it once it is true; any thread sets it. May be null
    void scan(const QString& root, const SearchLimits& limits = {},
        const std::shared_ptr<const std::atomic<bool>>& cancelled = {});
    /// A run of this program has begun, or goes on. @p start has folder, name, device, started, configuration
    void begin(const RunRecord& start);
    /// It has ended as @p state; @p problem is a failure's sentence.
    void end(const QString& folder, RecordState state, const QString& problem);
    void setName(std::int64_t id, const QString& name);
    void setNotes(std::int64_t id, const QString& notes);
    void setTags(std::int64_t id, const QStringList& tags);
    void load(std::int64_t id); ///< loaded() or notLoaded() answers, whatever happens
    void measure(std::int64_t id);
    /// Moves the folder to the trash, then forgets the row. A run that goes on is refused.
    void trash(std::int64_t id);
    void forget(std::int64_t id);

    /// Ends a search that goes on. Any thread.
    void stop() { m_stopped = true; }

Q_SIGNALS:
    void listed(const std::vector<spectune::RunRecord>& records);
    void refused(const QString& why);
    void changed(const spectune::RunRecord& record);
    void removed(qint64 id, const QString& trashPath); ///< empty: the row alone
    void loaded(const std::shared_ptr<const spectune::LoadedRun>& run);
    void notLoaded(qint64 id, const QString& why);
    void scanned(const QString& root, int added, int known, int unreadable, spectune::SearchEnd end);
    void measured(qint64 id, qint64 bytes, int checkpoints);
    void failed(const QString& what);

private:
    void readAll();
    /// @return false: it went wrong, which has been told
    bool guarded(const std::function<void(RunDatabase&)>& work);
    void readAgain(RunDatabase& database, RunRecord record, const FoldersInUse& inUse);
    [[nodiscard]] bool goesOn(const QString& folder) const;
    [[nodiscard]] bool goesOn(const QString& folder, const FoldersInUse& inUse) const;

    QString m_file;
    std::unique_ptr<RunDatabase> m_database;
    QSet<QString> m_live; ///< folders of this program's own run
    std::atomic<bool> m_stopped = false;
};

} // namespace spectune
