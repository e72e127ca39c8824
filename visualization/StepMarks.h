// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>
#include <QString>

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
    QRectF label;
};

/// Marks at one step become one. Words stand to the right of their line, or to the left at the plot's right edge; those
/// that would run into the next line or the words before it are left out, so that the lines alone stay.
/// @param plot the curves' ground in pixels; marks outside its width are left out
/// @param lineHeight of the words, which stand on the plot's lower edge
[[nodiscard]] std::vector<PlacedMark> placeMarks(std::span<const StepMark> marks, const QRectF& plot, double lineHeight,
    const std::function<double(double)>& xOf, const std::function<double(const QString&)>& widthOf);

/// Dotted uprights from @p plot's top down to @p bottom, each with a wedge on top, and the words.
void paintMarks(QPainter& painter, std::span<const PlacedMark> marks, const QRectF& plot, double bottom);

} // namespace spectune
