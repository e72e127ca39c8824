// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/RankGridState.h"

#include <QPainter>
#include <QRegion>

namespace spectune {

/// Paints a RankGridState. Only what touches the region is drawn.
class RankGridPainter {
public:
    RankGridPainter(QPainter& painter, const RankGridState& state, const QRegion& region);
    void paint();

private:
    void paintNothing(); ///< why there is no grid yet, in words
    void paintLabels();
    void paintColumnNames(int block);
    void paintTargetBoxes();
    void paintCells();
    void paintCell(const GridCell& cell);
    void paintTargetCell(const GridCell& cell, const QRectF& rect);
    void paintFlags(const CellLook& look, const QRectF& rect);
    void paintTick(const QRectF& box, int state); ///< 0 clear, 1 some, 2 all
    void paintHatch(const QRectF& rect);
    void paintLegend();
    void paintRankLegend(const QRectF& area);
    void paintScaleLegend(const QRectF& area);
    void paintDifferenceLegend(const QRectF& area);
    void paintHistogram(const std::vector<int>& counts, double x, double step, double baseline);
    void paintMarginals();
    void paintDifferenceMarginals(); ///< sums of B − A, bars to the left where A has more
    void paintLayerMargin(int layer, double longest);
    void paintBlockTotals(int block);
    void paintSelection();
    void paintRectangle(const GridCell& first, const GridCell& last);
    void paintNote();
    void text(const QRectF& rect, Qt::Alignment alignment, const QString& text, const QColor& color, const QFont& font);
    [[nodiscard]] bool touches(const QRectF& rect) const;
    [[nodiscard]] double layerValue(int layer) const;
    [[nodiscard]] double kindValue(int kind, int fromLayer, int toLayer) const;
    [[nodiscard]] QStringList columnNames(double width) const;

    QPainter& m_painter;
    const RankGridState& m_state;
    const RankGridGeometry& m_geometry;
    const QRegion& m_region;
};

} // namespace spectune
