// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/GridRows.h"

#include "visualization/RankGridGeometry.h"

namespace spectune {

namespace {

// Together as many pixels as places for a card's edge are apart.
constexpr double topEdge = 1.0;
constexpr double bottomEdge = 3.0;
constexpr double sumsName = 24.0; // px left of the sums: "Σ", and a gap

} // namespace

std::vector<QRectF> gridRows(const RankGridGeometry& grid)
{
    std::vector<QRectF> rows;
    const int layers = grid.request.layers;
    const int kinds = grid.request.kinds;
    const bool across = grid.request.transposed;
    if (layers < 1 || kinds < 1)
        return rows;
    const auto add = [&rows](const QRectF& row) {
        if (row.height() > 2.0 * bottomEdge)
            rows.push_back(row.adjusted(0.0, topEdge, 0.0, -bottomEdge));
    };
    for (int layer = 0; layer < layers && !across; ++layer)
        add((grid.cell(layer, 0) | grid.cell(layer, kinds - 1)) & grid.cells());
    for (int kind = 0; kind < kinds && across; ++kind)
        add((grid.cell(0, kind) | grid.cell(layers - 1, kind)) & grid.cells());
    for (int block = 0; block < grid.blocks && !across; ++block)
        add((grid.kindBar(block, 0) | grid.kindSum(block, 0) | grid.kindSum(block, kinds - 1))
                .adjusted(-sumsName, 0.0, 0.0, 0.0));
    return rows;
}

} // namespace spectune
