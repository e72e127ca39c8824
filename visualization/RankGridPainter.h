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

    /// Legs of the corner that marks what a cell lost or got back, so that it meets no figure of that width.
    /// At least 7.
    [[nodiscard]] static double flagSize(const QRectF& rect, double figureWidth);
    /// The columns' names, whole where they fit in columnFont(): "down", else "dn", else "d".
    [[nodiscard]] QStringList columnNames() const;
    /// In which a column's name is painted: bold where the cursor is.
    [[nodiscard]] QFont columnFont(int kind) const;
    /// Which part of the layers is shown: the whole way and, in it, that part. Empty: all of them are.
    struct ScrollMark {
        QRectF way;
        QRectF thumb;
    };
    [[nodiscard]] ScrollMark scrollMark() const;

private:
    void paintNothing(); ///< why there is no grid yet, in words
    void paintLabels();
    void paintColumnNames(int block);
    void paintTargetBoxes();
    void paintCells();
    void paintScrollMark();
    [[nodiscard]] bool isShown(int layer) const;
    [[nodiscard]] std::optional<int> labelledLayer() const; ///< the chosen cell's, whose label and sum are there always
    void paintCell(const GridCell& cell);
    void paintTargetCell(const GridCell& cell, const QRectF& rect);
    void paintFlags(const CellLook& look, const QRectF& rect, double figureWidth); ///< 0: the cell has no figure
    void paintFlagStrips(const CellLook& look, const QRectF& rect); ///< of cells too low or narrow for corners
    void paintTick(const QRectF& box, int state); ///< 0 clear, 1 some, 2 all
    void paintHatch(const QRectF& rect);
    void paintEdge(const QRectF& rect); ///< of a cell that is nearly as pale as what lies around it
    void paintLegend();
    void paintRankLegend(const QRectF& area);
    void paintScaleLegend(const QRectF& area);
    /// A box and a histogram bar per whole value from 0.  @param corner top left of the first box
    void paintLegendBoxes(QPointF corner, double step, int boxes);
    void paintLegendScale(const QRectF& bar);
    void paintDifferenceLegend(const QRectF& area);
    /// Beside the legend's lines, from @p x on: what bars, colours and figures stand for.
    void paintLegendWords(double x, const QColor& bars, const QColor& colours);
    void paintHistogram(const std::vector<int>& counts, double x, double step, double baseline);
    void paintMarginals();
    void paintDifferenceMarginals(); ///< sums of B − A, bars to the left where A has more
    void paintDifferenceTotals(int block);
    /// @param part of the longest bar, 0 … 1  @param barRoom pixels that the longest bar may take beside the figures
    void paintLayerMargin(int layer, double part, double barRoom, const QString& figure);
    void paintBlockTotals(int block);
    void paintTotals(int block, const QStringList& figures, double total);
    void paintSelection();
    void paintRectangle(const GridCell& first, const GridCell& last);
    void paintNote();
    void text(const QRectF& rect, Qt::Alignment alignment, const QString& text, const QColor& color, const QFont& font);
    [[nodiscard]] bool touches(const QRectF& rect) const;
    [[nodiscard]] bool columnNameFits(const QStringList& names, int kind, double width) const;

    QPainter& m_painter;
    const RankGridState& m_state;
    const RankGridGeometry& m_geometry;
    const QRegion& m_region;
};

} // namespace spectune
