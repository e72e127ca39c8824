// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/CurvePoints.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace spectune {

namespace {

constexpr double gap = std::numeric_limits<double>::quiet_NaN();

/// Whether there is a value in [from, to) that is not finite.
bool hasGap(const CurveSeries& series, double from, double to)
{
    const auto values = series.y();
    const auto at = [&](double x) { return values.begin() + static_cast<std::ptrdiff_t>(series.lowerBound(x)); };
    return std::any_of(at(from), at(to), [](double value) { return !std::isfinite(value); });
}

CurvePoints allPoints(const CurveSeries& series, std::size_t begin, std::size_t end, double factor)
{
    CurvePoints points;
    points.x.reserve(static_cast<qsizetype>(end - begin));
    points.y.reserve(static_cast<qsizetype>(end - begin));
    for (std::size_t i = begin; i < end; ++i) {
        const double value = series.y()[i];
        points.add(series.x()[i], std::isfinite(value) ? value * factor : gap);
    }
    return points;
}

} // namespace

CurvePoints curvePoints(
    const CurveSeries& series, double low, double high, int columns, ColumnDetail detail, double factor)
{
    const std::size_t begin = series.lowerBound(low);
    const std::size_t end = series.lowerBound(high);
    if (end - begin <= static_cast<std::size_t>(columns)) {
        return allPoints(series, begin - std::min<std::size_t>(begin, 1), std::min(end + 1, series.size()), factor);
    }
    const double perColumn = (high - low) / columns;
    const double from = low - perColumn; // a column more at either end, which leads out of sight
    const int count = columns + 2;
    CurvePoints points;
    points.x.reserve(2 * qsizetype {count});
    points.y.reserve(2 * qsizetype {count});
    int next = 0; // column
    for (const ColumnSpan& span : series.decimate(from, high + perColumn, count)) {
        const auto border = [&](int column) { return from + perColumn * column; };
        if (next > 0 && span.column > next && hasGap(series, border(next), border(span.column))) {
            points.add(border(next) + 0.5 * perColumn, gap);
        }
        next = span.column + 1;
        const double middle = border(span.column) + 0.5 * perColumn;
        if (detail == ColumnDetail::Last || span.low == span.high) {
            points.add(middle, span.last * factor);
            continue;
        }
        // The end that is nearer to the column before comes first: no line crosses the column twice.
        const double least = span.low * factor;
        const double most = span.high * factor;
        const bool upwards
            = points.y.isEmpty() || !(std::abs(points.y.back() - least) > std::abs(points.y.back() - most));
        points.add(middle, upwards ? least : most);
        points.add(middle, upwards ? most : least);
    }
    return points;
}

} // namespace spectune
