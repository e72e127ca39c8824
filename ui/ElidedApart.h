// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

class QFontMetrics;

namespace spectune {

// Texts of one line that are held against one another: what tells them apart must stay in sight.

/// Paths without the folders that all of them share: "…/a/train.jsonl" and "…/b/train.jsonl". Those that are all the
/// same are their last part alone. Texts without a slash stay as they are, and are not looked at.
[[nodiscard]] QStringList foldedPaths(const QStringList& texts);

/// The texts, each at most @p width pixels wide: elided in the middle, or, where two that differ would then read the same,
/// from the left up to what differs.
[[nodiscard]] QStringList elidedApart(const QStringList& texts, const QFontMetrics& metrics, int width);

} // namespace spectune
