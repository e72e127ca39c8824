// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>
#include <QString>
#include <QStringList>

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

class QPainter;

namespace spectune {

/// Something that a person did at a step, to be shown on the curves: "lr 5e−4".
struct StepMark {
    std::int64_t step = 0; ///< steps done
    QString text;
};

/// Where a mark stands: an upright at x, and its words beside it where they have room.
struct PlacedMark {
    std::int64_t step = 0;
    double x = 0.0;
    QString text; ///< of all marks at this step; empty: no room
    QStringList lines; ///< the same as written: one line, or one for each mark
    QRectF label;
};

/// What else stands in the plot, in pixels: words keep off all of it.
struct MarkObstacles {
    std::vector<QRectF> labels {};
    std::vector<double> uprights {}; ///< x of lines from top to bottom
    std::function<double(double x)> curve {}; ///< its y, NaN where there is none; words cover it only where they must
};

/// Marks at one step become one. Words stand on the plot's lower edge, to the right of their line or else to the left;
/// where both are taken they stand at the top, by their wedge, and where one line is too wide each mark has its own.
/// Those that find no such place are left out, so that the lines alone stay.
/// @param plot the curves' ground in pixels; marks outside its width are left out
/// @param lineHeight of the words
[[nodiscard]] std::vector<PlacedMark> placeMarks(std::span<const StepMark> marks, const QRectF& plot, double lineHeight,
    const std::function<double(double)>& xOf, const std::function<double(const QString&)>& widthOf,
    const MarkObstacles& obstacles = {});

/// Dotted uprights from @p plot's top down to @p bottom, each with a wedge on top, and the words.
/// @param ground paints the plot's own ground below words
void paintMarks(QPainter& painter, std::span<const PlacedMark> marks, const QRectF& plot, double bottom,
    const std::function<void(const QRectF& patch)>& ground);

} // namespace spectune
