// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

class QFontMetrics;

namespace spectune {

// Texts of one line that are held against one another: what tells them apart must stay in sight.

/// Paths as a person tells them apart: by their last parts, and where those are alike by the folders that they lie in.
struct ToldPaths {
    QStringList names; ///< "train.jsonl"; one per path
    /// "a" of "/data/a/train.jsonl" beside "/data/b/train.jsonl", as few folders as it takes; "" for a path whose name
    /// tells it. No entry at all: every name does.
    QStringList folders;
};
[[nodiscard]] ToldPaths toldApart(const QStringList& paths);

/// The texts, each at most @p width pixels wide: elided in the middle, or, where two that differ would then read the
/// same, from the left up to what differs.
[[nodiscard]] QStringList elidedApart(const QStringList& texts, const QFontMetrics& metrics, int width);

} // namespace spectune
