// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/QCustomPlotQt.h"

#include <algorithm>
#include <cmath>

namespace spectune {

/// A curve that is painted piece by piece. Qt's rasterizer looks, for each pixel that a line touches, through all others
/// of that row: one line as wide as the plot costs the square of its width, its pieces together cost the width. Sources
/// include this, and no header does. The dashes of a pen go on from piece to piece.
class PiecewiseGraph : public QCPGraph {
public:
    using QCPGraph::QCPGraph;

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
};

} // namespace spectune
