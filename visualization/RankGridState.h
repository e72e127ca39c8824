// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/RankGrid.h"
#include "visualization/TargetDrag.h"

#include <QColor>
#include <QElapsedTimer>
#include <QFont>
#include <QString>

#include <optional>

namespace spectune {

inline constexpr double cellInset = 1.0; ///< the least between a cell's figure and its edges, pixels
inline constexpr double legendBarTop = 20.0; ///< of the colours, from the legend's top
inline constexpr double legendBarHeight = 9.0;
inline constexpr float histogramAlpha = 0.8F; ///< of the legend's bars, in text3 on the panel: 3 : 1 at least
inline constexpr int legendBins = 24; ///< of a continuous legend's histogram

enum class GridView { Empty, Ranks, Targets, Difference };

/// How one cell looks; two equal looks need no repaint.
struct CellLook {
    bool exists = false; ///< false: this matrix is not adapted
    bool hatched = false; ///< rank 0, or what is there is being read
    QColor fill {}; ///< invalid: no colour
    QString text {};
    bool lost = false;
    bool back = false;

    friend bool operator==(const CellLook&, const CellLook&) = default;
};

/// From the lowest to the highest value of a mode; what the ramp and the legend stand for.
struct ValueScale {
    double low = 0.0;
    double high = 1.0;
    bool logarithmic = false;

    [[nodiscard]] double place(double value) const; ///< 0 … 1
    [[nodiscard]] double at(double place) const; ///< the value that stands there
};

/// Everything a RankGrid shows. Plain data, so that looks are tested without pixels.
struct RankGridState {
    GridView view = GridView::Empty;
    GridMode mode = GridMode::Rank;
    std::shared_ptr<const ModuleLayout> layout;
    std::shared_ptr<const RankSnapshot> snapshot;
    int layers = 0;
    std::vector<std::string> kinds;
    std::vector<ModuleIndex> modules; ///< [layers × kinds] of the layout; setLayout() fills it
    std::vector<bool> ticked; ///< [layers × kinds]
    std::vector<bool> available; ///< [layers × kinds] or empty
    std::vector<std::int32_t> difference; ///< in the layout's order
    int largestDifference = 1;
    int otherRun = 1; ///< RunTag's number of the run that A is held against
    ValueScale scale;
    int scoreDecimals = 1; ///< of an importance in a cell: 0 where the cells are too narrow for more
    RankGridGeometry geometry;
    double pixelRatio = 1.0; ///< device pixels per logical one of what is painted on

    std::optional<GridCell> cursor; ///< chosen cell
    std::optional<GridCell> hovered; ///< under the pointer
    bool focused = false;
    QString headline;
    QString detail;
    QString loading;
    QString missing; ///< missingText() as it was announced last
    bool failed = false;
    bool scrubbing = false;
    bool reducedMotion = false;
    bool transposed = false;
    double zoom = 1.0;
    bool zooming = false; ///< zoomTo() is at work: it tells of the zoom once it has moved the layers as well
    double firstLayer = 0.0;
    std::optional<QPointF> grabbed {}; ///< where the pointer went down on a zoomed grid
    double grabbedLayer = 0.0; ///< first layer then
    bool dragged = false; ///< it has moved: no click

    std::vector<ModuleIndex> changed;
    std::vector<CellLook> looks; ///< [layers × kinds], as last painted or to be painted
    std::vector<QColor> fadeFrom; ///< [layers × kinds]; invalid: this cell does not fade
    QElapsedTimer fadeClock;
    int fadeTimer = 0;
    std::optional<TargetDrag> drag; ///< targets being ticked or cleared while the button is down
    std::optional<GridCell> rangeAnchor; ///< targets: the other corner of what Shift and the arrows have chosen
    QElapsedTimer eventClock; ///< since the last snapshot that changed ranks

    [[nodiscard]] int columns() const { return static_cast<int>(kinds.size()); }
    [[nodiscard]] std::size_t slot(const GridCell& cell) const
    {
        return static_cast<std::size_t>(cell.layer) * kinds.size() + static_cast<std::size_t>(cell.kind);
    }
    [[nodiscard]] int attentionKinds() const;
    /// With its layers and kinds; null: none. View, snapshot and looks stay.
    void setLayout(std::shared_ptr<const ModuleLayout> next);
    [[nodiscard]] ModuleIndex moduleAt(const GridCell& cell) const
    {
        const std::size_t place = slot(cell);
        return place < modules.size() ? modules[place] : ModuleIndex {};
    }
    [[nodiscard]] bool isIdle() const { return view == GridView::Ranks && !snapshot; }
    [[nodiscard]] bool canTick(const GridCell& cell) const { return available.empty() || available[slot(cell)]; }
    /// The value that the mode shows; with no snapshot the init rank.
    [[nodiscard]] double valueOf(ModuleIndex module) const;
    /// Triplets of the matrix that came back at least once until now.
    [[nodiscard]] int revivedOf(ModuleIndex module) const;
    [[nodiscard]] QString valueText(double value) const;
    /// Of several cells, in a margin. @param fewer decimals than there are with room enough
    [[nodiscard]] QString sumText(double value, int fewer = 0) const;
    /// The one colour of a value in this mode, of a cell and in the legend. @pre hasValues()
    [[nodiscard]] QColor colorOf(double value) const;
    /// It kept no triplet: hatched, whatever the mode. @pre there is a snapshot
    [[nodiscard]] bool isEmptied(ModuleIndex module) const { return snapshot->modules.at(module.at()).rank == 0; }
    /// Of modes other than Rank: the colours in the legend, from the scale's low to its high end.
    [[nodiscard]] QRectF legendBar() const;
    /// What the legend of ranks ends with: "init rank 12"; "up to rank 12" where not all matrices start with it.
    [[nodiscard]] QString lastRankText() const;
    [[nodiscard]] QRectF legendHatch() const; ///< the key of rank 0 left of them; empty: no matrix is emptied
    /// Whole values from 0 that the legend has a box each for; 0: it is continuous.
    [[nodiscard]] int legendBoxes() const;
    [[nodiscard]] bool hasValues() const; ///< false: the mode has nothing to show at this step
    /// Of a step that was trained what the mode shows was not kept: neither values nor marks.
    [[nodiscard]] bool isMissing() const
    {
        return view == GridView::Ranks && snapshot && snapshot->step > 0 && !hasValues();
    }
    /// Why there are no values, in a sentence; empty: there are.
    [[nodiscard]] QString missingText() const;
    /// The mode's values are of another step than the ranks, the nearest at which they were kept.
    [[nodiscard]] bool showsNearest() const;
    [[nodiscard]] QFont cellFont() const; ///< of the figures in cells
    [[nodiscard]] CellLook lookOf(const GridCell& cell) const;
    /// Σ (B − A) of a row and of a column's layers [from, to); difference mode only.
    [[nodiscard]] int layerDifference(int layer) const;
    [[nodiscard]] int kindDifference(int kind, int from, int to) const;
    void updateScale();
    [[nodiscard]] double firstLayerShowing(int layer) const; ///< zoomed: the nearest one with @p layer in view
    /// What the name, bar or sum of a line under @p position stands for, in words; empty: there is none.
    [[nodiscard]] QString marginText(QPointF position) const;
    [[nodiscard]] double layerValue(int layer) const; ///< Σ of a layer's matrices, in the mode's values
    [[nodiscard]] double kindValue(int kind, int fromLayer, int toLayer) const;
    std::vector<std::size_t> refreshLooks(); ///< @return slots whose look is another now
    [[nodiscard]] double fadeProgress() const; ///< 0 … 1 of the running fade; 1: none runs
};

} // namespace spectune
