// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/LoadedRun.h"
#include "ui/RunRecord.h"
#include "ui/SearchLimits.h"

#include <QHash>
#include <QObject>
#include <QSet>
#include <QThread>

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

namespace spectune {

class RunIndexer;
class RunModel;
class SessionController;

/// The history as the GUI sees it: rows and loaded runs as values. Files and database are read on a thread of its own,
/// so that no click waits for a disk. GUI thread.
class RunLibrary : public QObject {
    Q_OBJECT
public:
    /// @param file of the database; empty: `history.sqlite` in the user's data folder
    explicit RunLibrary(QString file = {}, QObject* parent = nullptr);
    ~RunLibrary() override;

    /// Opens the database; a second call refreshes.
    void open();
    /// Writes down every run of this session when it starts and when it ends.
    void follow(SessionController& session, const RunModel& run);
    /// Looks for runs below @p root; scanned() answers, after failed() where it went wrong.
    void scan(const QString& root, const SearchLimits& limits = {});
    /// Ends the searches below @p root that go on or wait; scanned() answers each of them all the same.
    void cancelScan(const QString& root);

    [[nodiscard]] const std::vector<RunRecord>& records() const { return m_records; } ///< newest first
    [[nodiscard]] const RunRecord* find(std::int64_t id) const;
    [[nodiscard]] const RunRecord* findFolder(const QString& folder) const;
    /// Null while it is being read or where it cannot be; asks for it the first time, and anew after a change. The runs
    /// that were asked for last are kept, a few more than can be compared.
    [[nodiscard]] std::shared_ptr<const LoadedRun> loaded(std::int64_t id);
    /// Why a run could not be loaded; empty: it was, or is being read.
    [[nodiscard]] QString whyNotLoaded(std::int64_t id) const { return m_notLoaded.value(id); }
    [[nodiscard]] bool isOpen() const { return m_open; }
    [[nodiscard]] bool isScanning() const { return !m_searches.empty(); }
    /// Why there is no history; empty: there is one.
    [[nodiscard]] const QString& refusal() const { return m_refusal; }

    void setName(std::int64_t id, const QString& name);
    void setNotes(std::int64_t id, const QString& notes);
    void setTags(std::int64_t id, const QStringList& tags);
    void measure(std::int64_t id); ///< measured() answers
    void trash(std::int64_t id); ///< removed() or failed() answers
    void forget(std::int64_t id);

Q_SIGNALS:
    void changed(); ///< rows, or whether there are any
    void runLoaded(qint64 id); ///< or could not be
    void scanned(const QString& root, int added, int known, int unreadable, spectune::SearchEnd end);
    void measured(qint64 id, qint64 bytes, int checkpoints);
    void removed(qint64 id, const QString& trashPath);
    void failed(const QString& what);

private:
    void post(std::function<void(RunIndexer&)> work);
    void take(const RunRecord& record);
    /// Has @p work write what a person typed about run @p id; until it is done, older rows do not overwrite it.
    void write(std::int64_t id, std::function<void(RunIndexer&)> work);
    /// The run that trains here has gone on since its files were read: whoever shows it asks again.
    void readLiveAnew();
    /// Runs whose files can be used were refused by the history, which another program held: it may have let go.
    void askAnew();
    [[nodiscard]] RunRecord* editable(std::int64_t id);
    /// @return whether it was there
    bool dropLoaded(std::int64_t id);

    QThread m_thread;
    RunIndexer* m_indexer = nullptr;
    std::vector<RunRecord> m_records;
    std::vector<std::shared_ptr<const LoadedRun>> m_loaded; ///< that was asked for last at the end
    QHash<qint64, QString> m_notLoaded;
    QSet<qint64> m_asked;
    QHash<qint64, int> m_unwritten; ///< id → edits on their way to the database
    QString m_liveFolder;
    QString m_refusal;
    struct Search {
        QString root;
        std::shared_ptr<std::atomic<bool>> cancelled;
    };
    std::vector<Search> m_searches; ///< in the order in which they answer
    bool m_started = false;
    bool m_open = false;
};

} // namespace spectune
