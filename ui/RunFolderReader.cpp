// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunFolderReader.h"

#include "training/config/ConfigFile.h"
#include "training/config/FieldTable.h"
#include "ui/LoadedRun.h"
#include "ui/MessageWords.h"
#include "ui/RunFolders.h"
#include "ui/TrainingSpeed.h"
#include "visualization/CurveMath.h"
#include "visualization/Sparkline.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>

#include <algorithm>
#include <cmath>
#include <utility>

namespace spectune {

namespace {

constexpr std::size_t curvePoints = 60; ///< of the list's small picture
constexpr qint64 logTail = 4096; ///< bytes
constexpr QLatin1String failedWord("Failed:"); ///< the engine's line "Failed: <reason>"

QString inFolder(const QString& folder, const char* name)
{
    return folder + QLatin1Char('/') + QLatin1String(name);
}

/// What log.txt tells: when the run began and ended, on which device, and its last word.
struct LogFacts {
    QDateTime started;
    QDateTime ended;
    QString device;
    QString lastWord; ///< "Finished", "Stopped", "Failed:" or what else the last line begins with
    QString rest; ///< of the last line, after that word
};

QDateTime timeOfLine(const QString& line)
{
    return QDateTime::fromString(line.left(19), QStringLiteral("yyyy-MM-dd HH:mm:ss"));
}

LogFacts readLog(const QString& folder)
{
    static const QRegularExpression onDevice(QStringLiteral("Started at step \\d+ of \\d+ on (.+)\\.$"));
    LogFacts facts;
    QFile file(inFolder(folder, "log.txt"));
    if (!file.open(QIODevice::ReadOnly))
        return facts;
    const QString first = QString::fromUtf8(file.readLine()).trimmed();
    facts.started = timeOfLine(first);
    facts.device = onDevice.match(first).captured(1);
    file.seek(std::max<qint64>(0, file.size() - logTail));
    const QStringList lines = QString::fromUtf8(file.readAll()).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    if (lines.isEmpty())
        return facts;
    facts.ended = timeOfLine(lines.back());
    const QString sentence = lines.back().mid(21).trimmed(); // after the time and two blanks
    facts.lastWord = sentence.section(QLatin1Char(' '), 0, 0);
    facts.rest = sentence.section(QLatin1Char(' '), 1);
    return facts;
}

void takeHistory(RunRecord& record, const RunHistory& history)
{
    Smoother smoother;
    std::vector<double> smooth;
    for (const MetricPoint& point : history.metrics)
        smooth.push_back(smoother.add(point.loss));
    record.loss = smoother.value();
    record.curve = thinned(smooth, curvePoints);
    if (!history.evaluations.empty())
        record.evalLoss = history.evaluations.back().evalLoss;
    if (history.metrics.empty())
        return;
    record.steps = history.metrics.back().step;
    record.seconds = history.metrics.back().seconds;
    record.tokensPerSecond = trainingSpeed(history.metrics, history.evaluations);
}

void takeRanks(RunRecord& record, const LoadedRun& run)
{
    if (!run.layout)
        return;
    record.ranks.matrices = static_cast<std::int64_t>(run.ranks.size());
    record.ranks.initRank = run.layout->initRank;
    record.ranks.kept = run.keptTriplets();
    record.ranks.atZero = std::count(run.ranks.begin(), run.ranks.end(), 0);
    record.ranks.largest = run.ranks.empty() ? 0 : *std::max_element(run.ranks.begin(), run.ranks.end());
    for (const MaskEvent& event : run.history.events)
        record.ranks.revived += event.revived;
}

void takeConfig(RunRecord& record, const RunConfig& config)
{
    record.model = modelName(config.model.path);
    const std::string_view method = toString(config.method);
    record.method = QString::fromUtf8(method);
    record.totalSteps = config.train.steps;
}

/// What the configuration alone tells of a run whose other files cannot be used.
void takeConfigAlone(RunRecord& record)
{
    try {
        takeConfig(record, configFromJson(record.configuration.toStdString(), record.folder.toStdString()));
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): it is what record.problem speaks of
    }
}

RecordState stateOf(const QString& lastWord, bool inUse)
{
    if (inUse)
        return RecordState::Running;
    if (lastWord == QLatin1String("Finished"))
        return RecordState::Finished;
    if (lastWord == QLatin1String("Stopped"))
        return RecordState::Stopped;
    if (lastWord == failedWord)
        return RecordState::Failed;
    // A run that has done all its steps and never wrote so was ended while it saved, exported or evaluated.
    return RecordState::Interrupted;
}

} // namespace

std::pair<RecordState, QString> stateOfFolder(const QString& folder, bool inUse)
{
    const LogFacts log = readLog(folder);
    const RecordState state = stateOf(log.lastWord, inUse);
    return {state, state == RecordState::Failed ? log.rest : QString()};
}

QString folderFingerprint(const QString& folder)
{
    QStringList parts;
    for (const char* name :
        {"config.json", "metrics.jsonl", "ranks.jsonl", "edits.jsonl", "log.txt", "checkpoints", "adapter"}) {
        const QFileInfo info(inFolder(folder, name));
        parts << (info.exists() ? QStringLiteral("%1:%2").arg(info.size()).arg(info.lastModified().toMSecsSinceEpoch())
                                : QStringLiteral("-"));
    }
    return parts.join(QLatin1Char(' '));
}

std::int64_t folderBytes(const QString& folder)
{
    std::int64_t bytes = 0;
    QDirIterator files(folder, QDir::Files | QDir::Hidden | QDir::NoSymLinks, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        files.next();
        bytes += files.fileInfo().size();
    }
    return bytes;
}

FoldersInUse FoldersInUse::now()
{
    static const QRegularExpression number(QStringLiteral("\\A[0-9]+\\z"));
    FoldersInUse folders;
    const QStringList processes = QDir(QStringLiteral("/proc")).entryList(QDir::Dirs);
    for (const QString& process : processes) {
        if (!number.match(process).hasMatch())
            continue;
        const QDir open(QStringLiteral("/proc/%1/fd").arg(process));
        const QFileInfoList links = open.entryInfoList(QDir::Files | QDir::System | QDir::NoDotAndDotDot);
        for (const QFileInfo& link : links) {
            const QString target = link.symLinkTarget();
            if (target.endsWith(QLatin1String("/metrics.jsonl")))
                folders.m_resolved.insert(QFileInfo(target).absolutePath());
        }
    }
    return folders;
}

bool FoldersInUse::contains(const QString& folder) const
{
    return m_resolved.contains(QFileInfo(folder).canonicalFilePath()); // "" where it is gone: of no run
}

FoundRuns findRunFolders(const QString& root, const std::function<bool()>& goOn, const SearchLimits& limits)
{
    FoundRuns search;
    QStringList level {QDir(root).absolutePath()};
    int looked = 0;
    for (int depth = 0; !level.isEmpty(); ++depth) {
        QStringList next;
        for (const QString& folder : std::as_const(level)) {
            if (looked == limits.folders)
                search.whole = false;
            if (looked == limits.folders || !goOn())
                break;
            ++looked;
            if (isRunFolder(folder)) {
                search.found << QDir::cleanPath(folder);
                continue;
            }
            const QDir dir(folder);
            const QStringList inside = dir.entryList(QDir::Dirs | QDir::NoDotAndDotDot | QDir::NoSymLinks, QDir::Name);
            if (depth >= limits.levels) {
                search.whole = search.whole && inside.isEmpty();
                continue;
            }
            for (const QString& name : inside)
                next << dir.filePath(name);
        }
        if (!search.whole || !goOn())
            break;
        level = std::move(next);
    }
    std::sort(search.found.begin(), search.found.end());
    return search;
}

RunRecord readRunFolder(const QString& folder, bool inUse)
{
    RunRecord record;
    record.folder = QDir::cleanPath(QDir(folder).absolutePath());
    record.fingerprint = folderFingerprint(folder);
    record.derivation = folderDerivation;
    if (!QFileInfo(folder).isDir()) {
        record.state = RecordState::Missing;
        record.problem = folder;
        return record;
    }
    record.bytes = folderBytes(folder);
    const LogFacts log = readLog(folder);
    record.device = log.device;
    record.started = log.started.isValid() ? log.started : QFileInfo(inFolder(folder, "config.json")).lastModified();
    QFile configuration(inFolder(folder, "config.json"));
    if (configuration.open(QIODevice::ReadOnly))
        record.configuration = QString::fromUtf8(configuration.readAll());
    try {
        const LoadedRun run = loadRun(folder);
        takeConfig(record, run.config);
        takeHistory(record, run.history);
        takeRanks(record, run);
        record.state = stateOf(log.lastWord, inUse);
        if (record.state == RecordState::Failed)
            record.problem = log.rest;
    } catch (const std::exception&) {
        record.state = RecordState::Unreadable;
        record.problem = caughtWords();
        takeConfigAlone(record);
    }
    if (record.state != RecordState::Running)
        record.ended = log.ended.isValid() ? log.ended : QFileInfo(inFolder(folder, "metrics.jsonl")).lastModified();
    return record;
}

} // namespace spectune
