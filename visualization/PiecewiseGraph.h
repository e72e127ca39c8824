// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/QCustomPlotQt.h"

namespace spectune {

/// A curve that is painted piece by piece. Qt's rasterizer looks, for each pixel that a line touches, through all others
/// of that row: one line as wide as the plot costs the square of its width, its pieces together cost the width. Sources
/// include this, and no header does. @pre a solid pen: dashes would begin anew with each piece
class PiecewiseGraph : public QCPGraph {
public:
    using QCPGraph::QCPGraph;

protected:
    void drawLinePlot(QCPPainter* painter, const QVector<QPointF>& lines) const override
    {
        constexpr qsizetype piece = 48; ///< points
        if (painter->modes().testFlag(QCPPainter::pmVectorized)) {
            QCPGraph::drawLinePlot(painter, lines); // a file keeps one line
            return;
        }
        for (qsizetype begin = 0; begin + 1 < lines.size(); begin += piece) {
            QCPGraph::drawLinePlot(painter, lines.mid(begin, piece + 1));
        }
    }
};

} // namespace spectune
