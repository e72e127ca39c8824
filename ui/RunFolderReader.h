// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/RunRecord.h"
#include "ui/SearchLimits.h"

#include <QSet>
#include <QString>

#include <functional>
#include <utility>

namespace spectune {

// What a run's folder says of itself. All functions read files and may take long: not for the GUI thread.

/// How readRunFolder() makes its numbers out of the files. Whoever changes that (another smoothing, another speed)
/// raises it: folders that have not changed are read again then. 1: speeds without pauses and evaluations. 2: names
/// of models.
inline constexpr int folderDerivation = 2;

/// The facts of a folder: state, steps, losses, ranks, times, size. Never throws: where a file cannot be used, the
/// state is Unreadable, `problem` names the file, and the rest is what could be read. name, notes and tags are left
/// empty.
/// @param inUse the folder's files are open in some process
[[nodiscard]] RunRecord readRunFolder(const QString& folder, bool inUse);

/// How a folder's run stands by the last word of its log.txt: Running, Finished, Stopped, Failed with the reason that
/// is given there, or Interrupted.
[[nodiscard]] std::pair<RecordState, QString> stateOfFolder(const QString& folder, bool inUse);

/// Sizes and times of the files that readRunFolder() reads: unchanged, nothing needs to be read again,
/// as long as the derivation is the same.
[[nodiscard]] QString folderFingerprint(const QString& folder);

/// Run folders below @p root and @p root itself, in the order of their paths; a run's own folders are not searched,
/// links not followed. @p goOn is asked at every folder; once it says false the search ends. Folders that are nearer to
/// @p root are looked into first.
[[nodiscard]] FoundRuns findRunFolders(
    const QString& root, const std::function<bool()>& goOn, const SearchLimits& limits = {});

/// Folders in which runs go on, whoever started them.
class FoldersInUse {
public:
    /// Those whose metrics.jsonl a process of this user has open now, by /proc.
    [[nodiscard]] static FoldersInUse now();
    /// @param folder by any path: /proc has every link resolved
    [[nodiscard]] bool contains(const QString& folder) const;

private:
    QSet<QString> m_resolved;
};

/// Bytes of all files below.
[[nodiscard]] std::int64_t folderBytes(const QString& folder);

} // namespace spectune
