// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunLibrary.h"

#include "training/config/ConfigFile.h"
#include "training/config/FieldTable.h"
#include "ui/MessageWords.h"
#include "ui/RunFolders.h"
#include "ui/RunIndexer.h"
#include "ui/RunModel.h"
#include "ui/SessionController.h"
#include "visualization/RunTags.h"

#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>

#include <algorithm>

namespace spectune {

namespace {

/// Those that are compared, and a few to come back to: a million steps take more than 100 MB.
constexpr std::size_t mostLoaded = mostComparedRuns + 3;

QString usualFile()
{
    return QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation)
        + QStringLiteral("/spectune/history.sqlite");
}

RecordState recordState(SessionState state)
{
    switch (state) {
    case SessionState::Finished: return RecordState::Finished;
    case SessionState::Failed: return RecordState::Failed;
    default: return RecordState::Stopped;
    }
}

RunRecord startOf(const RunStarted& started, const RunModel& run)
{
    RunRecord record;
    record.folder = QDir::cleanPath(QFileInfo(QString::fromStdString(started.outFolder)).absoluteFilePath());
    record.name = run.name();
    record.device = messageWords(started.deviceName);
    record.model = modelName(run.config().model.path);
    record.method = QString::fromStdString(toText(fieldValue(run.config(), "method.name")));
    record.started = QDateTime::currentDateTime();
    record.steps = started.firstStep;
    record.totalSteps = started.resolved.totalSteps;
    record.configuration = QString::fromStdString(toJson(withResolved(run.config(), started.resolved)));
    return record;
}

} // namespace

RunLibrary::RunLibrary(QString file, QObject* parent)
    : QObject(parent)
    , m_indexer(new RunIndexer(file.isEmpty() ? usualFile() : std::move(file)))
{
    m_indexer->moveToThread(&m_thread);
    connect(&m_thread, &QThread::finished, m_indexer, &QObject::deleteLater);
    connect(m_indexer, &RunIndexer::listed, this, [this](const std::vector<RunRecord>& records) {
        m_records = records;
        m_open = true;
        m_refusal.clear();
        Q_EMIT changed();
    });
    connect(m_indexer, &RunIndexer::refused, this, [this](const QString& why) {
        m_refusal = why;
        Q_EMIT changed();
    });
    connect(m_indexer, &RunIndexer::changed, this, &RunLibrary::take);
    connect(m_indexer, &RunIndexer::removed, this, [this](qint64 id, const QString& trashPath) {
        std::erase_if(m_records, [id](const RunRecord& record) { return record.id == id; });
        dropLoaded(id);
        m_notLoaded.remove(id);
        Q_EMIT removed(id, trashPath);
        Q_EMIT changed();
    });
    connect(m_indexer, &RunIndexer::loaded, this, [this](const std::shared_ptr<const LoadedRun>& run) {
        m_asked.remove(run->id);
        dropLoaded(run->id);
        m_loaded.push_back(run);
        if (m_loaded.size() > mostLoaded)
            m_loaded.erase(m_loaded.begin());
        m_notLoaded.remove(run->id);
        Q_EMIT runLoaded(run->id);
    });
    connect(m_indexer, &RunIndexer::notLoaded, this, [this](qint64 id, const QString& why) {
        m_asked.remove(id);
        m_notLoaded.insert(id, why);
        Q_EMIT runLoaded(id);
    });
    connect(m_indexer, &RunIndexer::scanned, this,
        [this](const QString& root, int added, int known, int unreadable, SearchEnd end) {
            m_searches.erase(m_searches.begin());
            Q_EMIT scanned(root, added, known, unreadable, end);
            Q_EMIT changed();
        });
    connect(m_indexer, &RunIndexer::measured, this, &RunLibrary::measured);
    connect(m_indexer, &RunIndexer::failed, this, &RunLibrary::failed);
}

RunLibrary::~RunLibrary()
{
    m_indexer->stop();
    if (!m_thread.isRunning()) {
        delete m_indexer;
        return;
    }
    // Through the queue, behind what a person has just written: quit() by itself would drop it.
    QMetaObject::invokeMethod(m_indexer, [this] { m_thread.quit(); });
    m_thread.wait();
}

void RunLibrary::post(std::function<void(RunIndexer&)> work)
{
    if (!m_started) {
        m_started = true;
        m_thread.start(QThread::LowPriority);
        QMetaObject::invokeMethod(m_indexer, [indexer = m_indexer] { indexer->open(); });
    }
    QMetaObject::invokeMethod(m_indexer, [indexer = m_indexer, work = std::move(work)] { work(*indexer); });
}

void RunLibrary::open()
{
    readLiveAnew();
    askAnew();
    const bool again = m_started;
    post([again](RunIndexer& indexer) {
        if (again)
            indexer.refresh();
    });
}

void RunLibrary::scan(const QString& root, const SearchLimits& limits)
{
    auto cancelled = std::make_shared<std::atomic<bool>>(false);
    m_searches.push_back({root, cancelled});
    post([root, limits, cancelled](RunIndexer& indexer) { indexer.scan(root, limits, cancelled); });
    Q_EMIT changed();
}

void RunLibrary::cancelScan(const QString& root)
{
    for (const Search& search : m_searches)
        if (search.root == root)
            *search.cancelled = true;
}

void RunLibrary::follow(SessionController& session, const RunModel& run)
{
    connect(&session, &SessionController::runStarted, this, [this, &run](const RunStarted& started) {
        if (started.outFolder.empty())
            return;
        const RunRecord record = startOf(started, run);
        m_liveFolder = record.folder;
        post([record](RunIndexer& indexer) { indexer.begin(record); });
    });
    connect(
        &session, &SessionController::stateChanged, this, [this](SessionState state, qint64, const Failure& failure) {
            if (state == SessionState::Paused)
                readLiveAnew();
            if (!isTerminal(state) || m_liveFolder.isEmpty())
                return;
            const QString problem = messageWords(failure.message);
            post([folder = std::exchange(m_liveFolder, {}), state, problem](
                     RunIndexer& indexer) { indexer.end(folder, recordState(state), problem); });
        });
}

void RunLibrary::readLiveAnew()
{
    const RunRecord* live = m_liveFolder.isEmpty() ? nullptr : findFolder(m_liveFolder);
    if (live && dropLoaded(live->id))
        Q_EMIT changed();
}

void RunLibrary::askAnew()
{
    const auto mayLoad = [this](const auto& refused) {
        const RunRecord* record = find(refused.key());
        return record && record->state != RecordState::Unreadable;
    };
    if (m_notLoaded.removeIf(mayLoad) > 0)
        Q_EMIT changed();
}

const RunRecord* RunLibrary::find(std::int64_t id) const
{
    const auto found
        = std::find_if(m_records.begin(), m_records.end(), [id](const RunRecord& record) { return record.id == id; });
    return found == m_records.end() ? nullptr : &*found;
}

const RunRecord* RunLibrary::findFolder(const QString& folder) const
{
    const QString path = QDir::cleanPath(folder);
    const auto found = std::find_if(
        m_records.begin(), m_records.end(), [&path](const RunRecord& record) { return record.folder == path; });
    return found == m_records.end() ? nullptr : &*found;
}

RunRecord* RunLibrary::editable(std::int64_t id)
{
    return const_cast<RunRecord*>(find(id)); // of this object's own vector
}

void RunLibrary::take(const RunRecord& record)
{
    dropLoaded(record.id); // its files may have changed
    m_notLoaded.remove(record.id);
    if (RunRecord* known = editable(record.id)) {
        RunRecord fresh = record;
        if (m_unwritten.contains(record.id)) { // it was read before the last edit was written
            fresh.name = known->name;
            fresh.notes = known->notes;
            fresh.tags = known->tags;
        }
        *known = std::move(fresh);
    } else {
        const auto later = std::find_if(m_records.begin(), m_records.end(),
            [&record](const RunRecord& other) { return other.started < record.started; });
        m_records.insert(later, record);
    }
    Q_EMIT changed();
}

std::shared_ptr<const LoadedRun> RunLibrary::loaded(std::int64_t id)
{
    const auto found = std::ranges::find(m_loaded, id, [](const auto& run) { return run->id; });
    if (found != m_loaded.end()) {
        std::rotate(found, found + 1, m_loaded.end());
        return m_loaded.back();
    }
    if (!m_asked.contains(id) && !m_notLoaded.contains(id)) {
        m_asked.insert(id);
        post([id](RunIndexer& indexer) { indexer.load(id); });
    }
    return nullptr;
}

bool RunLibrary::dropLoaded(std::int64_t id)
{
    return std::erase_if(m_loaded, [id](const auto& run) { return run->id == id; }) > 0;
}

void RunLibrary::write(std::int64_t id, std::function<void(RunIndexer&)> work)
{
    ++m_unwritten[id];
    post([this, id, work = std::move(work)](RunIndexer& indexer) {
        work(indexer);
        // Behind the rows that were sent before.
        QMetaObject::invokeMethod(
            this,
            [this, id] {
                if (--m_unwritten[id] == 0)
                    m_unwritten.remove(id);
            },
            Qt::QueuedConnection);
    });
}

void RunLibrary::setName(std::int64_t id, const QString& name)
{
    RunRecord* record = editable(id);
    if (!record || record->name == name || name.isEmpty())
        return;
    record->name = name;
    write(id, [id, name](RunIndexer& indexer) { indexer.setName(id, name); });
    Q_EMIT changed();
}

void RunLibrary::setNotes(std::int64_t id, const QString& notes)
{
    RunRecord* record = editable(id);
    if (!record || record->notes == notes)
        return;
    record->notes = notes;
    write(id, [id, notes](RunIndexer& indexer) { indexer.setNotes(id, notes); });
}

void RunLibrary::setTags(std::int64_t id, const QStringList& tags)
{
    RunRecord* record = editable(id);
    if (!record || record->tags == tags)
        return;
    record->tags = tags;
    write(id, [id, tags](RunIndexer& indexer) { indexer.setTags(id, tags); });
    Q_EMIT changed();
}

void RunLibrary::measure(std::int64_t id)
{
    post([id](RunIndexer& indexer) { indexer.measure(id); });
}

void RunLibrary::trash(std::int64_t id)
{
    post([id](RunIndexer& indexer) { indexer.trash(id); });
}

void RunLibrary::forget(std::int64_t id)
{
    post([id](RunIndexer& indexer) { indexer.forget(id); });
}

} // namespace spectune
