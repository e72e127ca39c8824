// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>
#include <QString>

#include <cstddef>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <vector>

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
/// room inside @p room and none of @p taken, whichever is nearer.
/// Where neither fits it stays inside the room at @p wanted.
[[nodiscard]] double clearOfCurve(
    const QRectF& wanted, const CurveBand& curve, const QRectF& room, std::span<const QRectF> taken = {});

/// Words and where they stand, in pixels.
struct PlacedWords {
    QString text;
    QRectF place;
};

/// What a label keeps off, in pixels.
struct LabelObstacles {
    QRectF room; ///< it stays inside
    std::vector<double> uprights {}; ///< x of lines from top to bottom
    std::vector<QRectF> taken {};
    std::function<double(double x)> curve {}; ///< its y, NaN where there is none
};

/// Where a label may stand.
struct LabelSpot {
    double x = 0.0; ///< it begins here, or ends
    double top = 0.0;
    bool ends = false;
};

struct LabelChoice {
    std::size_t words = 0; ///< which of the widths
    QRectF place;
};

/// The first of @p spots where one of @p widths (the best words' first) keeps off all obstacles; nothing: the label is
/// left out. It hangs on no earlier choice, and no nearer spot takes it away: a label stays at its side for as long as
/// it fits.
[[nodiscard]] std::optional<LabelChoice> firstClear(
    std::span<const LabelSpot> spots, std::span<const double> widths, double height, const LabelObstacles& obstacles);

} // namespace spectune
