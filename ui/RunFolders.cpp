// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunFolders.h"

#include "training/core/Error.h"

#include <QDir>
#include <QFileInfo>
#include <QRegularExpression>
#include <QStandardPaths>

#include <algorithm>

namespace spectune {

QString runsRoot()
{
    const QDir here = QDir::current();
    const bool usable = QFileInfo(here.absolutePath()).isWritable() && here != QDir::home() && !here.isRoot();
    if (usable)
        return here.absoluteFilePath(QStringLiteral("runs"));
    return QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) + QStringLiteral("/spectune/runs");
}

QString fileNameFrom(const QString& name, const QString& kind)
{
    static const QRegularExpression unwanted(
        QStringLiteral("[^\\w.+-]+"), QRegularExpression::UseUnicodePropertiesOption);
    QString base = name.simplified();
    base.replace(unwanted, QStringLiteral("-"));
    return base.isEmpty() || base.startsWith(QLatin1Char('.')) ? kind + base : base;
}

QString nextRunFolder(const QString& name)
{
    const QString base = fileNameFrom(name, QStringLiteral("run"));
    const QString root = runsRoot();
    int number = 1;
    QString folder;
    do
        folder = QStringLiteral("%1/%2-%3").arg(root, base).arg(number++);
    while (QFileInfo::exists(folder));
    return folder;
}

bool isRunFolder(const QString& path)
{
    const QDir folder(path);
    return folder.exists(QStringLiteral("config.json"))
        && (folder.exists(QStringLiteral("metrics.jsonl")) || folder.exists(QStringLiteral("ranks.jsonl")));
}

void requireRunFolder(const QString& path)
{
    if (!isRunFolder(path))
        throw configError("%1 is no run's folder: that holds config.json and metrics.jsonl.", path.toStdString());
}

std::vector<std::int64_t> checkpointSteps(const QString& runFolder)
{
    static const QRegularExpression whole(QStringLiteral("\\Astep-([0-9]+)\\z"));
    std::vector<std::int64_t> steps;
    const QStringList names = QDir(runFolder + QStringLiteral("/checkpoints")).entryList(QDir::Dirs);
    for (const QString& name : names) {
        bool fits = false;
        const std::int64_t step = whole.match(name).captured(1).toLongLong(&fits);
        if (fits)
            steps.push_back(step);
    }
    std::sort(steps.begin(), steps.end());
    return steps;
}

bool isModelFolder(const QString& path)
{
    const QDir folder(path);
    return folder.exists(QStringLiteral("config.json"))
        && !folder.entryList({QStringLiteral("*.safetensors")}, QDir::Files).isEmpty();
}

QString modelName(const std::string& path)
{
    const QFileInfo info(QString::fromStdString(path));
    if (info.fileName() != QLatin1String("model"))
        return info.fileName();
    const QString around = QFileInfo(info.path()).fileName();
    return around.isEmpty() ? info.fileName() : around + QStringLiteral("/model");
}

QString shownPath(const QString& path)
{
    const QString relative = QDir::current().relativeFilePath(path);
    return relative.startsWith(QLatin1String("..")) ? path : relative;
}

} // namespace spectune
