// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/CurveMath.h"

#include <QVector>

namespace spectune {

/// What a curve is drawn with: its corners from left to right. A y that is NaN is a gap.
struct CurvePoints {
    QVector<double> x;
    QVector<double> y;

    void add(double atX, double atY)
    {
        x.append(atX);
        y.append(atY);
    }
};

/// What is drawn of the values that share a pixel column.
enum class ColumnDetail {
    Extremes, ///< lowest and highest: no spike is lost
    Last ///< for curves that are smooth anyway
};

/// @p series between @p low and @p high, over @p columns pixels. With no more values than columns they are all there,
/// and the ones before and behind as well, so that the curve leads out of sight; with more, two a column at most. Where
/// there are values and none of them is finite, there is a gap.
/// @param factor of all values
[[nodiscard]] CurvePoints curvePoints(
    const CurveSeries& series, double low, double high, int columns, ColumnDetail detail, double factor = 1.0);

} // namespace spectune
