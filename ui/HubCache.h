// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDateTime>
#include <QProcessEnvironment>
#include <QString>

#include <functional>
#include <vector>

namespace spectune {

/// One snapshot of a model in the Hugging Face cache: models--org--name/snapshots/REVISION.
struct CachedModel {
    QString name; ///< as on the hub: "org/name"
    QString revision; ///< of the commit
    QString label; ///< the branch or tag that stands at it, or its first letters: "main", "b5b8a8c4"
    QString folder; ///< absolute: what model.path takes
    qint64 bytes = 0; ///< of the files, each blob once
    int missing = 0; ///< files whose contents are not there: a download that was not finished
    QDateTime changed;
};

/// Where the hub's tools keep what they fetch: HF_HUB_CACHE, else HF_HOME/hub, else XDG_CACHE_HOME/huggingface/hub,
/// else ~/.cache/huggingface/hub. It need not exist.
[[nodiscard]] QString hubCacheRoot(const QProcessEnvironment& environment = QProcessEnvironment::systemEnvironment());

/// All snapshots below @p root, newest first. Looks at names and sizes only; reads no model. May take long on a slow
/// disk: for a worker. @param goesOn asked for every file; false ends the search with what is found
[[nodiscard]] std::vector<CachedModel> readHubCache(const QString& root, const std::function<bool()>& goesOn);

/// Whether @p path lies below @p root. Compares names; touches no disk.
[[nodiscard]] bool liesBelow(const QString& path, const QString& root);

} // namespace spectune
