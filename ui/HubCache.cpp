// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/HubCache.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QHash>
#include <QSet>

#include <algorithm>

namespace spectune {

namespace {

const QString modelPrefix = QStringLiteral("models--");
constexpr int shortRevision = 8;
constexpr qint64 longestReference = 256; ///< bytes

/// The variable as a folder, a leading "~" replaced; empty where it is not set.
QString folderIn(const QProcessEnvironment& environment, const QString& variable)
{
    const QString value = environment.value(variable).trimmed();
    if (value == QLatin1String("~") || value.startsWith(QLatin1String("~/")))
        return QDir::homePath() + value.mid(1);
    return value;
}

/// Branch or tag of each commit, from refs/NAME, which holds the commit.
QHash<QString, QString> referencesIn(const QString& model)
{
    const QString refs = model + QStringLiteral("/refs");
    QHash<QString, QString> names;
    QDirIterator files(refs, QDir::Files, QDirIterator::Subdirectories); // tags like refs/pr/1 are in folders
    while (files.hasNext()) {
        QFile file(files.next());
        const QString name = QDir(refs).relativeFilePath(file.fileName());
        if (file.open(QIODevice::ReadOnly)) {
            QString& shown = names[QString::fromLatin1(file.read(longestReference)).trimmed()];
            if (shown.isEmpty() || name == QLatin1String("main"))
                shown = name;
        }
    }
    return names;
}

void addUpFiles(CachedModel& model, const std::function<bool()>& goesOn)
{
    // System: links whose blob is not there.
    QDirIterator files(model.folder, QDir::Files | QDir::System | QDir::Hidden, QDirIterator::Subdirectories);
    QSet<QString> blobs;
    while (files.hasNext() && goesOn()) {
        const QFileInfo file(files.next());
        const QString blob = file.canonicalFilePath(); // empty where it does not exist
        if (blob.isEmpty()) {
            ++model.missing;
        } else if (!blobs.contains(blob)) {
            blobs.insert(blob);
            model.bytes += file.size();
        }
    }
}

} // namespace

QString hubCacheRoot(const QProcessEnvironment& environment)
{
    if (const QString cache = folderIn(environment, QStringLiteral("HF_HUB_CACHE")); !cache.isEmpty())
        return QDir::cleanPath(cache);
    if (const QString home = folderIn(environment, QStringLiteral("HF_HOME")); !home.isEmpty())
        return QDir::cleanPath(home + QStringLiteral("/hub"));
    QString caches = folderIn(environment, QStringLiteral("XDG_CACHE_HOME"));
    if (caches.isEmpty())
        caches = QDir::homePath() + QStringLiteral("/.cache");
    return QDir::cleanPath(caches + QStringLiteral("/huggingface/hub"));
}

std::vector<CachedModel> readHubCache(const QString& root, const std::function<bool()>& goesOn)
{
    std::vector<CachedModel> models;
    const QString absolute = QDir(root).absolutePath();
    const QStringList folders
        = QDir(absolute).entryList({modelPrefix + QLatin1Char('*')}, QDir::Dirs | QDir::NoDotAndDotDot);
    for (const QString& folder : folders) {
        const QString place = absolute + QLatin1Char('/') + folder;
        const QDir snapshots(place + QStringLiteral("/snapshots"));
        const QFileInfoList revisions = snapshots.entryInfoList(QDir::Dirs | QDir::NoDotAndDotDot);
        if (!goesOn())
            break;
        const QHash<QString, QString> references = referencesIn(place);
        for (const QFileInfo& revision : revisions) {
            CachedModel model;
            model.name = folder.mid(modelPrefix.size()).replace(QStringLiteral("--"), QStringLiteral("/"));
            model.revision = revision.fileName();
            model.label = references.value(model.revision, model.revision.left(shortRevision));
            model.folder = revision.absoluteFilePath();
            model.changed = revision.lastModified();
            addUpFiles(model, goesOn);
            models.push_back(std::move(model));
        }
    }
    std::ranges::stable_sort(models, [](const CachedModel& a, const CachedModel& b) { return a.changed > b.changed; });
    return models;
}

bool liesBelow(const QString& path, const QString& root)
{
    return !root.isEmpty() && QDir::cleanPath(path).startsWith(QDir::cleanPath(root) + QLatin1Char('/'));
}

} // namespace spectune
