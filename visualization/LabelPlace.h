// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>

#include <functional>
#include <limits>
#include <span>

namespace spectune {

/// What a curve covers of a column range, in pixels from the top; nothing where bottom is above top.
struct CurveBand {
    double top = std::numeric_limits<double>::infinity();
    double bottom = -std::numeric_limits<double>::infinity();

    void include(double y); ///< not finite: nothing
    [[nodiscard]] bool isEmpty() const { return bottom < top; }
};

/// The band of a curve between @p left and @p right. @param yOf the curve's y at an x, NaN where there is none
[[nodiscard]] CurveBand bandOf(double left, double right, const std::function<double(double x)>& yOf);

/// Upper edge of a label that would best stand at @p wanted, moved off the curve: above it or below it, where there is
/// room inside @p room and none of @p taken, whichever is nearer. Where neither fits it stays inside the room at @p wanted.
[[nodiscard]] double clearOfCurve(
    const QRectF& wanted, const CurveBand& curve, const QRectF& room, std::span<const QRectF> taken = {});

} // namespace spectune
