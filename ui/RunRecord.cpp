// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunRecord.h"

#include "ui/RunFolders.h"
#include "visualization/NumberFormat.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QLocale>

#include <array>

namespace spectune {

namespace {

const std::array stateWords {
    "running", "finished", "stopped", "failed", "interrupted", "missing", "unreadable"}; // in the enum's order

struct RecordTexts {
    Q_DECLARE_TR_FUNCTIONS(RecordTexts)
};

} // namespace

QString stateWord(RecordState state)
{
    return QLatin1String(stateWords.at(static_cast<std::size_t>(state)));
}

RecordState recordStateFrom(const QString& word)
{
    for (std::size_t i = 0; i < stateWords.size(); ++i)
        if (word == QLatin1String(stateWords[i]))
            return static_cast<RecordState>(i);
    return RecordState::Interrupted;
}

QString stateName(RecordState state)
{
    switch (state) {
    case RecordState::Running: return RecordTexts::tr("running");
    case RecordState::Finished: return RecordTexts::tr("finished");
    case RecordState::Stopped: return RecordTexts::tr("stopped");
    case RecordState::Failed: return RecordTexts::tr("failed");
    case RecordState::Interrupted: return RecordTexts::tr("interrupted");
    case RecordState::Missing: return RecordTexts::tr("missing");
    case RecordState::Unreadable: return RecordTexts::tr("damaged");
    }
    return {};
}

QString methodName(const QString& method)
{
    if (method == QLatin1String("adalora"))
        return QStringLiteral("AdaLoRA");
    if (method == QLatin1String("lora"))
        return QStringLiteral("LoRA");
    if (method == QLatin1String("svd-lora"))
        return QStringLiteral("SVD-LoRA");
    return method == QLatin1String("prune-lora") ? QStringLiteral("Prune-LoRA") : method;
}

bool RunRecord::canResume() const
{
    return endedEarly() && !checkpointSteps(folder).empty();
}

QString RunRecord::methodText() const
{
    const QString called = methodName(method);
    if (ranks.matrices == 0 || ranks.initRank == 0)
        return called;
    const bool prunes = method == QLatin1String("adalora") || method == QLatin1String("prune-lora");
    const double mean = static_cast<double>(ranks.kept) / static_cast<double>(ranks.matrices);
    if (!prunes && ranks.kept != ranks.matrices * ranks.initRank) // by a rank map
        return RecordTexts::tr("%1, mean rank %2").arg(called, formatMeanRank(mean));
    if (!prunes)
        return RecordTexts::tr("%1, rank %2").arg(called).arg(ranks.initRank);
    const bool whole = ranks.kept % ranks.matrices == 0;
    return QStringLiteral("%1 %2 → %3")
        .arg(called)
        .arg(ranks.initRank)
        .arg(whole ? QString::number(ranks.kept / ranks.matrices) : formatMeanRank(mean));
}

QString RunRecord::stateText() const
{
    switch (state) {
    case RecordState::Running: return RecordTexts::tr("running, step %1").arg(formatCount(steps));
    case RecordState::Stopped: return RecordTexts::tr("stopped at %1").arg(formatCount(steps));
    case RecordState::Failed: return RecordTexts::tr("failed at %1").arg(formatCount(steps));
    case RecordState::Interrupted: return RecordTexts::tr("interrupted at %1").arg(formatCount(steps));
    case RecordState::Missing: return RecordTexts::tr("folder is missing");
    case RecordState::Unreadable: return RecordTexts::tr("damaged");
    case RecordState::Finished: break;
    }
    return ended.isValid() ? RecordTexts::tr("finished %1").arg(shortTime(ended, QDateTime::currentDateTime()))
                           : RecordTexts::tr("finished");
}

QString RunRecord::title() const
{
    return name.isEmpty() ? QFileInfo(folder).fileName() : name;
}

QString RunRecord::folderText() const
{
    const QFileInfo info(folder);
    return info.fileName() == title() ? QFileInfo(info.path()).fileName() + QLatin1Char('/') : info.fileName();
}

QString RunRecord::startText() const
{
    return started.isValid() ? RecordTexts::tr("started %1").arg(shortTime(started, QDateTime::currentDateTime()))
                             : QString();
}

QString RunRecord::insideFolder(const QString& text) const
{
    QString inside = text;
    return folder.isEmpty() ? inside : inside.replace(folder + QLatin1Char('/'), QString());
}

QString shortTime(const QDateTime& time, const QDateTime& now)
{
    const QString clock = time.toString(QStringLiteral("HH:mm"));
    const qint64 days = time.date().daysTo(now.date());
    if (days == 0)
        return RecordTexts::tr("today %1").arg(clock);
    if (days == 1)
        return RecordTexts::tr("yesterday %1").arg(clock);
    const QString day = QLocale().toString(time.date(), QStringLiteral("d MMM"));
    if (time.date().year() == now.date().year())
        return QStringLiteral("%1 %2").arg(day, clock);
    return QStringLiteral("%1 %2").arg(day).arg(time.date().year());
}

} // namespace spectune
