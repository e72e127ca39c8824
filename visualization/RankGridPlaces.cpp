// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/RankGridPlaces.h"

#include "visualization/Fonts.h"
#include "visualization/RankGrid.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>
#include <optional>

namespace spectune {

namespace {

constexpr double figureHeight = 10.0;
constexpr double headlineHeight = 18.0;
constexpr double detailTop = 21.0;

/// A figure's place in @p rect: in its middle, or at its right end.
QRectF figureIn(const QRectF& rect, double width, bool atRight)
{
    const double wide = std::min(width, rect.width());
    const double left = atRight ? rect.right() - wide : rect.center().x() - wide / 2.0;
    return {left, rect.center().y() - figureHeight / 2.0, wide, figureHeight};
}

void addHeads(std::vector<QRectF>& all, const RankGridGeometry& grid)
{
    const bool across = grid.request.transposed;
    const double name = tabularWidth(Fonts::bodyMedium(), QStringLiteral("down_proj"));
    const double figure = tabularWidth(Fonts::captionBold(), QStringLiteral("00"));
    for (int block = 0; block < (across ? 1 : grid.blocks); ++block)
        for (int kind = 0; kind < grid.request.kinds; kind += grid.kindEvery)
            all.push_back(figureIn(grid.columnLabel(block, kind), name, across));
    for (int layer = 0; layer < grid.request.layers; ++layer)
        if (grid.hasLabel(layer, std::nullopt))
            all.push_back(figureIn(grid.rowLabel(layer), figure, !across));
}

void addSums(std::vector<QRectF>& all, const RankGridGeometry& grid)
{
    const bool across = grid.request.transposed;
    const double figure = tabularWidth(Fonts::caption(), QStringLiteral("0,000"));
    const bool two = grid.blocks == 2;
    const double head = tabularWidth(Fonts::caption(),
        two                            ? RankGrid::tr("mean")
            : grid.zoomed() && !across ? RankGrid::tr("Σ all")
                                       : QStringLiteral("Σ"));
    for (int layer = 0; layer < grid.request.layers && grid.layerSums; layer += grid.labelEvery)
        if (grid.hasLabel(layer, std::nullopt))
            all.push_back(figureIn(grid.layerSum(layer), figure, !across));
    for (int block = 0; block < grid.blocks; ++block) {
        const double right = grid.right(block);
        all.emplace_back(right + 9.0, grid.top - 18.0, grid.marginWidth - 9.0, 16.0); // "Σ layer"
        for (int kind = 0; kind < grid.request.kinds; ++kind)
            all.push_back(figureIn(grid.kindSum(block, kind), figure, across));
        const QRectF below = !across ? grid.kindSum(block, 0) : grid.layerSums ? grid.layerSum(0) : grid.layerBar(0);
        const double left = across ? grid.left : grid.columnX(block, 0);
        all.push_back(figureIn({left - 60.0, below.top(), 54.0, below.height()}, head, true));
        const double down = two ? totalBelowMeans : 0.0;
        all.push_back(
            figureIn({right + 9.0, below.top() + down, grid.marginWidth - 9.0, below.height()}, figure, true));
    }
}

void addNote(std::vector<QRectF>& all, const RankGridGeometry& grid, const GridNote& note)
{
    const QRectF area = gridNoteArea(grid);
    if (!note.headline.isEmpty())
        all.emplace_back(area.left(), area.top(), std::min(area.width(), tabularWidth(Fonts::body(), note.headline)),
            headlineHeight);
    if (note.detail.isEmpty())
        return;
    const QFontMetricsF metrics(Fonts::caption());
    const QRectF room = area.adjusted(0.0, detailTop, 0.0, 0.0);
    const QRectF detail = metrics.boundingRect(room, Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, note.detail);
    const int lines = std::max(1, static_cast<int>(std::lround(detail.height() / metrics.lineSpacing())));
    for (int line = 0; line < lines; ++line)
        all.emplace_back(
            detail.left(), detail.top() + line * detail.height() / lines, detail.width(), detail.height() / lines);
}

} // namespace

QRectF gridNoteArea(const RankGridGeometry& geometry)
{
    const double top = geometry.bottom() + (geometry.request.transposed ? 54.0 : 40.0);
    return {geometry.left, top, geometry.request.size.width() - geometry.left - 12.0, 70.0};
}

std::vector<QRectF> gridWords(const RankGridGeometry& geometry, const GridNote& note)
{
    std::vector<QRectF> all;
    if (geometry.request.layers < 1 || geometry.request.kinds < 1)
        return all;
    all.push_back(geometry.legend());
    addHeads(all, geometry);
    addSums(all, geometry);
    const double figure = tabularWidth(Fonts::bodyMedium(), QStringLiteral("00"));
    for (int layer = 0; layer < geometry.request.layers && geometry.numbers; ++layer)
        for (int kind = 0; kind < geometry.request.kinds; ++kind)
            if (const QRectF cell = geometry.cell(layer, kind); geometry.cells().contains(cell.center()))
                all.push_back(figureIn(cell, figure, false));
    addNote(all, geometry, note);
    return all;
}

} // namespace spectune
