// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>
#include <QRectF>
#include <QSize>

#include <optional>
#include <vector>

namespace spectune {

/// What the place of every cell follows from.
struct RankGridRequest {
    QSize size {}; ///< of the widget, logical pixels
    int layers = 0;
    int kinds = 0;
    int attentionKinds = 0; ///< columns before the gap between attention and MLP; 0 or all: no gap
    bool targets = false; ///< tick boxes at rows and columns instead of legend and marginals
    int noteHeight = 0; ///< kept free below the grid, for a text
    double devicePixelRatio = 1.0;
    bool transposed = false; ///< matrices as rows, layers as columns; not for targets
    double zoom = 1.0; ///< along the layers; 1: all of them fit
    double firstLayer = 0.0; ///< at the near edge, when zoomed
};

struct GridCell {
    int layer = 0;
    int kind = 0;
    friend bool operator==(const GridCell&, const GridCell&) = default;
};

/// Where everything of the grid stands, in logical pixels on whole device pixels. Layer 0 is on top (transposed: at the
/// left). Over 40 layers the grid folds into two blocks; over 120 it is one block without numbers and with a gap every
/// 8 layers. Zoomed or transposed it is one block always, and zoomed has numbers as soon as they fit.
struct RankGridGeometry {
    RankGridRequest request;
    int blocks = 1;
    int rowsPerBlock = 0;
    int layerGapEvery = 0; ///< 0: none
    double layerGap = 0.0;
    double left = 0.0; ///< of the first cell of the first block
    double top = 0.0;
    double pitchX = 0.0; ///< cell and its gap
    double pitchY = 0.0;
    double gap = 1.0; ///< between cells: one device pixel at least
    double groupGap = 0.0; ///< extra between attention and MLP
    double blockStride = 0.0; ///< from one block's first column to the next block's
    double labelWidth = 0.0; ///< left of a block
    double marginWidth = 0.0; ///< right of a block: the layer's bar and, with one block, its sum
    bool numbers = false;
    bool layerSums = false; ///< the sum beside the bar as a figure
    int labelEvery = 1; ///< layer labels: each, every 2nd, 4th, 8th, …: the most that do not touch
    double labelRoom = 0.0; ///< along the layers, what one label and the gap to the next take
    int kindEvery = 1; ///< names of matrices, in the same way
    int numberPixels = 12; ///< font size in cells

    [[nodiscard]] static RankGridGeometry compute(const RankGridRequest& request);
    /// At this zoom a layer takes 32 pixels.
    [[nodiscard]] static double mostZoom(const RankGridRequest& request);

    [[nodiscard]] bool zoomed() const { return request.zoom > 1.0; }
    [[nodiscard]] double layerPitch() const { return request.transposed ? pitchX : pitchY; }
    [[nodiscard]] double visibleLayers() const; ///< of one block, whole and part
    [[nodiscard]] QRectF cells() const; ///< all blocks; zoomed, what is outside is not shown
    [[nodiscard]] double layerAt(QPointF position) const; ///< with its fraction, within the first block

    [[nodiscard]] int blockOf(int layer) const { return rowsPerBlock > 0 ? layer / rowsPerBlock : 0; }
    [[nodiscard]] double columnX(int block, int kind) const; ///< not transposed
    [[nodiscard]] double rowY(int layer) const; ///< not transposed
    [[nodiscard]] QRectF cell(int layer, int kind) const; ///< without its gap
    [[nodiscard]] QRectF rowLabel(int layer) const; ///< of a layer, above its column when transposed
    /// Whether this layer's figure is written, so that no two meet: the chosen layer's always, and not those that would
    /// touch it or the axes' names.
    [[nodiscard]] bool hasLabel(int layer, std::optional<int> chosen) const;
    [[nodiscard]] QRectF columnLabel(int block, int kind) const; ///< of a matrix, left of its row when transposed
    [[nodiscard]] QRectF layerBar(int layer) const; ///< ground of the longest bar; upright when transposed
    [[nodiscard]] QRectF layerSum(int layer) const;
    [[nodiscard]] QRectF kindBar(int block, int kind) const;
    /// Longest level bar right of the cells that leaves room for a figure @p figure pixels wide.
    [[nodiscard]] double barRoom(double figure) const;
    [[nodiscard]] QRectF kindSum(int block, int kind) const;
    /// Right of each block, with the head above, and below all of them:
    /// what holds every bar and sum, and no cell that is repainted alone.
    [[nodiscard]] std::vector<QRectF> marginStrips() const;
    [[nodiscard]] QRectF rowBox(int layer) const; ///< tick box, targets only; its hit target is the row's label
    [[nodiscard]] QRectF columnBox(int kind) const;
    [[nodiscard]] double right(int block) const; ///< end of a block's last cell
    [[nodiscard]] double bottom() const; ///< end of the lowest cell
    [[nodiscard]] QRectF legend() const;
    [[nodiscard]] std::optional<GridCell> cellAt(QPointF position) const;
    /// Layer whose bar or sum the margin has there.
    [[nodiscard]] std::optional<int> layerMarginAt(QPointF position) const;
    /// The matrix whose bar or sum the margin has there, with the first layer of what it sums up.
    [[nodiscard]] std::optional<GridCell> kindMarginAt(QPointF position) const;
    /// Layer whose label or tick box holds the position.
    [[nodiscard]] std::optional<int> rowHeaderAt(QPointF position) const;
    [[nodiscard]] std::optional<int> columnHeaderAt(QPointF position) const;

private:
    void placeLayers(double space); ///< pitch along the layers and what follows from it
    void chooseLabels();
    [[nodiscard]] double layersLength() const; ///< of what is shown of one block's layers
    [[nodiscard]] bool isInView(int layer) const;
    [[nodiscard]] double labelMiddle(int layer) const; ///< along the layers; a label at an end makes way for the axis
    [[nodiscard]] double alongLayers(int layer) const; ///< start, from the first cell's
    [[nodiscard]] double layerMiddle(int layer) const; ///< of its cells, along the layers
    [[nodiscard]] double alongKinds(int kind) const;

    double m_view = 0.0; ///< length of what is shown of the layers, when zoomed
};

} // namespace spectune
