// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/ColumnBands.h"
#include "visualization/QCustomPlotQt.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace spectune {

/// A curve that is painted piece by piece. Qt's rasterizer looks, for each pixel that a line touches, through all
/// others of that row: one line as wide as the plot costs the square of its width, its pieces together cost the width.
/// Sources include this, and no header does. The dashes of a pen go on from piece to piece.
/// Points that lie about as close as pixels are painted by column, each a rectangle: outlines of that many steep lines
/// would cost several pictures' time on a screen with two pixels a point.
class PiecewiseGraph : public QCPGraph {
public:
    using QCPGraph::QCPGraph;

    void setByColumn(bool byColumn) { m_byColumn = byColumn; }

protected:
    void drawLinePlot(QCPPainter* painter, const QVector<QPointF>& lines) const override
    {
        constexpr qsizetype piece = 48; ///< points
        const int device = painter->device()->devType();
        const bool raster
            = device == QInternal::Image || device == QInternal::Pixmap; // a PNG is painted as vectors are
        if (painter->modes().testFlag(QCPPainter::pmVectorized) && !raster) {
            QCPGraph::drawLinePlot(painter, lines); // a drawing keeps one line
            return;
        }
        const bool dashed = !pen().dashPattern().isEmpty();
        if (m_byColumn && !dashed) {
            paintColumns(painter, lines);
            return;
        }
        QPen going = pen();
        double length = 0.0;
        for (qsizetype begin = 0; begin + 1 < lines.size(); begin += piece) {
            const QVector<QPointF> points = lines.mid(begin, piece + 1);
            if (dashed) {
                going.setDashOffset(length / std::max(1.0, going.widthF())); // in widths of the pen
                painter->setPen(going);
                for (qsizetype i = 1; i < points.size(); ++i) {
                    const QPointF way = points[i] - points[i - 1];
                    const double more = std::hypot(way.x(), way.y());
                    length += std::isfinite(more) ? more : 0.0; // a gap has no length
                }
            }
            QCPGraph::drawLinePlot(painter, points);
        }
    }

private:
    void paintColumns(QCPPainter* painter, const QVector<QPointF>& lines) const
    {
        applyDefaultAntialiasingHint(painter);
        const QRect place = keyAxis()->axisRect()->rect();
        const double half = std::max(1.0, pen().widthF()) / 2.0;
        const std::vector<ColumnBand> bands = columnBands(std::span(lines), place.left() - 1, place.right() + 1);
        for (const QRectF& rect : bandRects(bands, half, painter->deviceTransform())) {
            painter->fillRect(rect, pen().color());
        }
    }

    bool m_byColumn = false;
};

} // namespace spectune
