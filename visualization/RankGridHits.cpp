// SPDX-License-Identifier: GPL-3.0-or-later
// What of the rank grid stands under a position.
#include "visualization/RankGridGeometry.h"

namespace spectune {

std::optional<GridCell> RankGridGeometry::cellAt(QPointF position) const
{
    if (!cells().contains(position)) {
        return std::nullopt;
    }
    for (int layer = 0; layer < request.layers; ++layer) {
        for (int kind = 0; kind < request.kinds; ++kind) {
            const QRectF place = cell(layer, kind);
            const QPointF within = position - place.topLeft();
            if (within.x() >= 0.0 && within.x() < pitchX && within.y() >= 0.0 && within.y() < pitchY) {
                return GridCell {layer, kind};
            }
        }
    }
    return std::nullopt;
}

std::optional<int> RankGridGeometry::layerMarginAt(QPointF position) const
{
    for (int layer = 0; layer < request.layers; ++layer) {
        const QRectF sum = layerSum(layer).united(layerBar(layer));
        const QRectF row = request.transposed ? QRectF(left + alongLayers(layer), sum.top(), pitchX, sum.height())
                                              : QRectF(sum.left(), rowY(layer), marginWidth, pitchY);
        if (isInView(layer) && row.contains(position)) {
            return layer;
        }
    }
    return std::nullopt;
}

std::optional<GridCell> RankGridGeometry::kindMarginAt(QPointF position) const
{
    for (int block = 0; block < blocks; ++block) {
        for (int kind = 0; kind < request.kinds; ++kind) {
            if (kindSum(block, kind).united(kindBar(block, kind)).contains(position)) {
                return GridCell {block * rowsPerBlock, kind};
            }
        }
    }
    return std::nullopt;
}

std::optional<int> RankGridGeometry::rowHeaderAt(QPointF position) const
{
    for (int layer = 0; layer < request.layers; ++layer) {
        const double from = columnX(blockOf(layer), 0) - labelWidth;
        if (QRectF(from, rowY(layer), labelWidth, pitchY).contains(position)) {
            return layer;
        }
    }
    return std::nullopt;
}

std::optional<int> RankGridGeometry::columnHeaderAt(QPointF position) const
{
    const double from = request.targets ? 0.0 : top - 20.0;
    for (int block = 0; block < blocks; ++block) {
        for (int kind = 0; kind < request.kinds; ++kind) {
            if (QRectF(columnX(block, kind), from, pitchX, top - from).contains(position)) {
                return kind;
            }
        }
    }
    return std::nullopt;
}

} // namespace spectune
