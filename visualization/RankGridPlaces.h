// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>
#include <QString>

#include <vector>

namespace spectune {

struct RankGridGeometry;

inline constexpr double totalBelowMeans = 15.0; ///< pixels: of two blocks the total stands a line lower

/// The two paragraphs below a rank grid.
struct GridNote {
    QString headline;
    QString detail;
};

/// Where they stand, the headline in the uppermost 18 pixels; the grid's pixels.
[[nodiscard]] QRectF gridNoteArea(const RankGridGeometry& geometry);
/// Where a rank grid writes: its legend, names, the figures in and beside the cells, and @p note line by line; the
/// grid's pixels. A figure's place is as wide as the widest one there.
[[nodiscard]] std::vector<QRectF> gridWords(const RankGridGeometry& geometry, const GridNote& note);

} // namespace spectune
