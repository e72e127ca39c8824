// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunIndexer.h"

#include "ui/MessageWords.h"
#include "ui/RunFolderReader.h"
#include "ui/RunFolders.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

namespace spectune {

namespace {

/// Takes how the run went from @p known.
void keepCourse(RunRecord& read, const RunRecord& known)
{
    read.state = known.state;
    read.problem = known.problem;
    if (known.started.isValid())
        read.started = known.started;
    if (known.ended.isValid())
        read.ended = known.ended;
}

} // namespace

RunIndexer::RunIndexer(QString file)
    : m_file(std::move(file))
{
}

bool RunIndexer::guarded(const std::function<void(RunDatabase&)>& work)
{
    if (!m_database)
        return true; // refused() has told it
    try {
        work(*m_database);
    } catch (const std::exception&) {
        Q_EMIT failed(caughtWords());
        return false;
    }
    return true;
}

void RunIndexer::open()
{
    try {
        m_database = std::make_unique<RunDatabase>(m_file);
        Q_EMIT listed(m_database->all());
    } catch (const std::exception&) {
        m_database.reset();
        Q_EMIT refused(caughtWords());
    }
    readAll();
}

bool RunIndexer::goesOn(const QString& folder) const
{
    return goesOn(folder, FoldersInUse::now());
}

bool RunIndexer::goesOn(const QString& folder, const FoldersInUse& inUse) const
{
    return m_live.contains(folder) || inUse.contains(folder);
}

void RunIndexer::readAgain(RunDatabase& database, RunRecord record, const FoldersInUse& inUse)
{
    const bool used = goesOn(record.folder, inUse);
    const QString fingerprint = folderFingerprint(record.folder);
    const bool there = QFileInfo(record.folder).isDir();
    const bool wasRunning = record.state == RecordState::Running;
    const bool isCurrent = fingerprint == record.fingerprint && record.derivation >= folderDerivation;
    if (there && isCurrent && used == wasRunning && record.state != RecordState::Missing)
        return;
    if (!there) {
        if (record.state == RecordState::Missing)
            return;
        record.state = RecordState::Missing; // what is known of it stays: the folder may be on a disk that comes back
        record.problem.clear();
    } else {
        RunRecord read = readRunFolder(record.folder, used);
        read.id = record.id;
        if (read.device.isEmpty())
            read.device = record.device;
        // The files are as they were and say no more of how the run went than they did: where log.txt is gone, the row
        // alone has it.
        const bool readable = record.state != RecordState::Unreadable && read.state != RecordState::Unreadable;
        if (fingerprint == record.fingerprint && used == wasRunning && readable && record.state != RecordState::Missing)
            keepCourse(read, record);
        // Its files need not say that it failed, and why; nothing has been done in it since.
        if (record.state == RecordState::Failed && read.state == RecordState::Interrupted
            && read.steps == record.steps) {
            read.state = record.state;
            read.problem = record.problem;
            read.ended = record.ended;
        }
        record = std::move(read);
    }
    database.updateFacts(record);
    if (const auto stored = database.find(record.id))
        Q_EMIT changed(*stored);
}

void RunIndexer::refresh()
{
    if (m_database)
        readAll();
    else
        open(); // another program may have let the file go
}

void RunIndexer::readAll()
{
    guarded([this](RunDatabase& database) {
        const FoldersInUse inUse = FoldersInUse::now();
        for (RunRecord& record : database.all()) {
            if (m_stopped)
                return;
            readAgain(database, std::move(record), inUse);
        }
    });
}

void RunIndexer::scan(
    const QString& root, const SearchLimits& limits, const std::shared_ptr<const std::atomic<bool>>& cancelled)
{
    const auto isCancelled = [&cancelled] { return cancelled && *cancelled; };
    const auto mayGoOn = [this, isCancelled] { return !m_stopped && !isCancelled(); };
    int added = 0;
    int known = 0;
    int unreadable = 0;
    bool whole = true;
    const bool done = guarded([&](RunDatabase& database) {
        const FoldersInUse inUse = FoldersInUse::now();
        const FoundRuns search = findRunFolders(root, mayGoOn, limits);
        whole = search.whole;
        for (const QString& folder : search.found) {
            if (!mayGoOn())
                return;
            if (std::optional<RunRecord> there = database.findFolder(folder)) {
                ++known;
                readAgain(database, *std::move(there), inUse);
                continue;
            }
            RunRecord record = readRunFolder(folder, goesOn(folder, inUse));
            record.name = QFileInfo(folder).fileName();
            record.id = database.insert(record);
            ++added;
            unreadable += record.state == RecordState::Unreadable ? 1 : 0;
            Q_EMIT changed(record);
        }
    });
    const SearchEnd end = !done ? SearchEnd::Failed
        : isCancelled()         ? SearchEnd::Cancelled
        : whole                 ? SearchEnd::Whole
                                : SearchEnd::Limited;
    Q_EMIT scanned(root, added, known, unreadable, end);
}

void RunIndexer::begin(const RunRecord& start)
{
    const QString folder = QDir::cleanPath(start.folder);
    m_live.insert(folder);
    guarded([&](RunDatabase& database) {
        std::optional<RunRecord> record = database.findFolder(folder);
        if (!record) {
            record = start;
            record->folder = folder;
            record->id = database.insert(*record);
        }
        if (record->name == QFileInfo(folder).fileName() && !start.name.isEmpty()) { // a search found the folder first
            record->name = start.name;
            database.setName(record->id, start.name);
        }
        record->state = RecordState::Running;
        record->problem.clear();
        record->device = start.device;
        record->model = start.model;
        record->method = start.method;
        record->totalSteps = start.totalSteps;
        record->configuration = start.configuration;
        record->ended = {};
        database.updateFacts(*record);
        Q_EMIT changed(*record);
    });
}

void RunIndexer::end(const QString& path, RecordState state, const QString& problem)
{
    const QString folder = QDir::cleanPath(path);
    m_live.remove(folder);
    guarded([&](RunDatabase& database) {
        const std::optional<RunRecord> known = database.findFolder(folder);
        if (!known)
            return;
        RunRecord record = readRunFolder(folder, false);
        record.id = known->id;
        record.device = known->device;
        record.started = known->started;
        record.ended = QDateTime::currentDateTime();
        if (record.state != RecordState::Unreadable && record.state != RecordState::Missing) {
            record.state = state;
            record.problem = problem;
        }
        database.updateFacts(record);
        if (const auto stored = database.find(known->id))
            Q_EMIT changed(*stored);
    });
}

void RunIndexer::setName(std::int64_t id, const QString& name)
{
    guarded([&](RunDatabase& database) { database.setName(id, name); });
}

void RunIndexer::setNotes(std::int64_t id, const QString& notes)
{
    guarded([&](RunDatabase& database) { database.setNotes(id, notes); });
}

void RunIndexer::setTags(std::int64_t id, const QStringList& tags)
{
    guarded([&](RunDatabase& database) { database.setTags(id, tags); });
}

void RunIndexer::load(std::int64_t id)
{
    QString why;
    try {
        if (const std::optional<RunRecord> record = m_database ? m_database->find(id) : std::nullopt) {
            auto run = std::make_shared<LoadedRun>(loadRun(record->folder));
            run->id = id;
            Q_EMIT loaded(run);
            return;
        }
        why = tr("This run is no longer in the history.");
    } catch (const std::exception&) {
        why = caughtWords(); // of the run's files, or of the history's own: another program may hold it
    }
    Q_EMIT notLoaded(id, why);
}

void RunIndexer::measure(std::int64_t id)
{
    guarded([this, id](RunDatabase& database) {
        if (const std::optional<RunRecord> record = database.find(id))
            Q_EMIT measured(id, folderBytes(record->folder), static_cast<int>(checkpointSteps(record->folder).size()));
    });
}

void RunIndexer::trash(std::int64_t id)
{
    guarded([this, id](RunDatabase& database) {
        const std::optional<RunRecord> record = database.find(id);
        if (!record)
            return;
        if (goesOn(record->folder)) {
            Q_EMIT failed(
                tr("%1 goes on: a process has its files open. Stop it before deleting it.").arg(record->name));
            return;
        }
        QString inTrash;
        if (QFileInfo::exists(record->folder) && !QFile::moveToTrash(record->folder, &inTrash)) {
            Q_EMIT failed(tr("%1 could not be moved to the trash: there is none for this disk, or the folder cannot be "
                             "written. Nothing was deleted.")
                              .arg(record->folder));
            return;
        }
        database.remove(id);
        Q_EMIT removed(id, inTrash);
    });
}

void RunIndexer::forget(std::int64_t id)
{
    guarded([this, id](RunDatabase& database) {
        database.remove(id);
        Q_EMIT removed(id, QString());
    });
}

} // namespace spectune
