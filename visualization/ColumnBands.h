// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>
#include <QRectF>
#include <QTransform>

#include <span>
#include <vector>

namespace spectune {

/// What a curve covers of one pixel column.
struct ColumnBand {
    int column = 0; ///< from x = column to x = column + 1
    double top = 0.0;
    double bottom = 0.0;
};

/// A curve by the pixel columns that it crosses, from left to right: what can be seen of it where its points lie about
/// as close as pixels. At most one band a column, however many points there are.
/// @param line pixels, x ascending; a y that is not finite is a gap  @param left,right columns outside are left out
[[nodiscard]] std::vector<ColumnBand> columnBands(std::span<const QPointF> line, int left, int right);

/// Rectangles that together are the bands, none on another, so that a translucent colour is even. What neighbours share
/// is one: a painter's cost is that of rows of pixels, hardly that of pixels.
/// @param half added above and below, pixels  @param device to device pixels, scaled and shifted: sides stand on whole
/// ones
[[nodiscard]] std::vector<QRectF> bandRects(std::span<const ColumnBand> bands, double half, const QTransform& device);

} // namespace spectune
