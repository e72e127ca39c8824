// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>

#include <vector>

namespace spectune {

struct RankGridGeometry;

/// The rows of a rank grid that a card covers whole or not at all: those of cells, and each block's line of sums with
/// its bars and its name; the grid's pixels. A row begins a pixel below its cells' top, and ends some above their
/// bottom: of a covered row nothing is left above the card, and between two rows there is room for the card's edge.
[[nodiscard]] std::vector<QRectF> gridRows(const RankGridGeometry& grid);

} // namespace spectune
