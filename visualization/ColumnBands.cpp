// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/ColumnBands.h"

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {
constexpr std::size_t neighbours = 32; ///< columns at most whose shared part is one rectangle
} // namespace

std::vector<ColumnBand> columnBands(std::span<const QPointF> line, int left, int right)
{
    std::vector<ColumnBand> bands;
    const auto include = [&bands](int column, double y) {
        if (bands.empty() || bands.back().column < column) {
            bands.push_back({column, y, y});
        }
        bands.back().top = std::min(bands.back().top, y);
        bands.back().bottom = std::max(bands.back().bottom, y);
    };
    const auto columnOf = [left, right](double x) { // beyond the ends it is just outside
        return static_cast<int>(std::clamp(std::floor(x), left - 1.0, right + 1.0));
    };
    const auto isSeen = [left, right](int column) { return column >= left && column <= right; };
    for (std::size_t i = 0; i < line.size(); ++i) {
        const QPointF& to = line[i];
        if (!std::isfinite(to.x()) || !std::isfinite(to.y())) {
            continue;
        }
        const int last = columnOf(to.x());
        const QPointF from
            = i > 0 && std::isfinite(line[i - 1].x()) && std::isfinite(line[i - 1].y()) ? line[i - 1] : to;
        const double slope = to.x() > from.x() ? (to.y() - from.y()) / (to.x() - from.x()) : 0.0;
        for (int column = columnOf(from.x()); column < last; ++column) { // to its right end, and into the next one
            const double y = from.y() + slope * (column + 1.0 - from.x());
            if (isSeen(column)) {
                include(column, y);
            }
            if (isSeen(column + 1)) {
                include(column + 1, y);
            }
        }
        if (isSeen(last)) {
            include(last, to.y());
        }
    }
    return bands;
}

std::vector<QRectF> bandRects(std::span<const ColumnBand> bands, double half, const QTransform& device)
{
    const auto edge = [&device](int column) { return std::floor(column * device.m11() + device.dx() + 1e-6); };
    const auto y = [&device](double logical) { return logical * device.m22() + device.dy(); };
    const QTransform back = device.inverted();
    std::vector<QRectF> rects;
    const auto add = [&](int from, int to, double top, double bottom) {
        if (bottom > top) {
            rects.push_back(back.mapRect(QRectF(QPointF(edge(from), top), QPointF(edge(to + 1), bottom))));
        }
    };
    for (std::size_t begin = 0, end = 0; begin < bands.size(); begin = end) {
        double top = y(bands[begin].top - half);
        double bottom = y(bands[begin].bottom + half);
        for (end = begin + 1;
             end < bands.size() && end - begin < neighbours && bands[end].column == bands[end - 1].column + 1; ++end) {
            top = std::max(top, y(bands[end].top - half));
            bottom = std::min(bottom, y(bands[end].bottom + half));
        }
        top = std::ceil(top);
        bottom = std::floor(bottom);
        const bool shared = bottom > top;
        if (shared) {
            add(bands[begin].column, bands[end - 1].column, top, bottom);
        }
        for (const ColumnBand& band : bands.subspan(begin, end - begin)) {
            add(band.column, band.column, y(band.top - half), shared ? top : y(band.bottom + half));
            if (shared) {
                add(band.column, band.column, bottom, y(band.bottom + half));
            }
        }
    }
    return rects;
}

} // namespace spectune
