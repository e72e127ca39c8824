// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/RankGrid.h"
#include "visualization/TargetDrag.h"

#include <QColor>
#include <QElapsedTimer>
#include <QString>

#include <optional>

namespace spectune {

enum class GridView { Empty, Ranks, Targets, Difference };

/// How one cell looks; two equal looks need no repaint.
struct CellLook {
    bool exists = false; ///< false: this matrix is not adapted
    bool hatched = false; ///< rank 0
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
};

/// Everything a RankGrid shows. Plain data, so that looks are tested without pixels.
struct RankGridState {
    GridView view = GridView::Empty;
    GridMode mode = GridMode::Rank;
    std::shared_ptr<const ModuleLayout> layout;
    std::shared_ptr<const RankSnapshot> snapshot;
    int layers = 0;
    std::vector<std::string> kinds;
    std::vector<bool> ticked; ///< [layers × kinds]
    std::vector<bool> available; ///< [layers × kinds] or empty
    std::vector<std::int32_t> difference; ///< in the layout's order
    int largestDifference = 1;
    ValueScale scale;
    RankGridGeometry geometry;
    double pixelRatio = 1.0; ///< device pixels per logical one of what is painted on

    std::optional<GridCell> cursor; ///< chosen cell
    std::optional<GridCell> hovered; ///< under the pointer
    bool focused = false;
    QString headline;
    QString detail;
    QString loading;
    bool failed = false;
    bool scrubbing = false;
    bool reducedMotion = false;

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
    [[nodiscard]] ModuleIndex moduleAt(const GridCell& cell) const;
    [[nodiscard]] bool isIdle() const { return view == GridView::Ranks && !snapshot; }
    [[nodiscard]] bool canTick(const GridCell& cell) const { return available.empty() || available[slot(cell)]; }
    /// The value that the mode shows; with no snapshot the init rank.
    [[nodiscard]] double valueOf(ModuleIndex module) const;
    [[nodiscard]] QString valueText(double value) const;
    [[nodiscard]] bool hasValues() const; ///< false: the mode has nothing to show at this step
    [[nodiscard]] CellLook lookOf(const GridCell& cell) const;
    /// Σ (B − A) of a row and of a column's layers [from, to); difference mode only.
    [[nodiscard]] int layerDifference(int layer) const;
    [[nodiscard]] int kindDifference(int kind, int from, int to) const;
    void updateScale();
    /// Recomputes looks. @return slots whose look is another now
    std::vector<std::size_t> refreshLooks();
    /// 0 … 1 of the running fade; 1: none runs
    [[nodiscard]] double fadeProgress() const;
};

} // namespace spectune
