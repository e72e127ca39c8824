// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/monitor/ModuleLayout.h"
#include "training/monitor/RankSnapshot.h"
#include "visualization/RankGridGeometry.h"

#include <QWidget>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace spectune {

struct RankGridState;

/// What a cell's colour and number say.
enum class GridMode {
    Rank, ///< kept triplets
    Importance, ///< Σ S over the kept triplets, log colours
    LambdaSum, ///< Σ |λ|
    Orthogonality, ///< ‖PᵀP − I‖ + ‖QQᵀ − I‖
    Revivals ///< triplets that came back at least once until now
};

/// The layer × matrix grid: live ranks, the targets to tick, or the difference of two runs; same order, same gap.
/// Arrows move the chosen cell; Return or a click activates it. Targets: a click or Space ticks a cell, dragging or
/// Shift+arrows and Space a rectangle; a header, Shift+Space (row) and Ctrl+Space (column) a whole line. Elsewhere the
/// wheel (or + and −) zooms along the layers, dragging pans, a double click (or 0) shows all. GUI thread only.
class RankGrid : public QWidget {
    Q_OBJECT
public:
    explicit RankGrid(QWidget* parent = nullptr);
    ~RankGrid() override;

    /// Shows ranks: init ranks on idle cells until a snapshot arrives. Leaves targets and difference mode.
    void setModuleLayout(std::shared_ptr<const ModuleLayout> layout);
    /// Null: back to the init ranks. A snapshot of another layout replaces the layout, too.
    void setSnapshot(std::shared_ptr<const RankSnapshot> snapshot);
    void setMode(GridMode mode);
    [[nodiscard]] GridMode mode() const;
    /// Why the mode has no value of the shown step, as it is written above the cells; empty: it has.
    [[nodiscard]] QString missingText() const;
    /// "λ and S of step 1,200, the nearest kept", where the mode shows values of another step; empty: it does not.
    [[nodiscard]] QString nearestText() const;
    [[nodiscard]] static QString nearestStepText(std::int64_t step); ///< those words

    /// Ticks for the set-up page. @p ticked is [layerCount × kinds.size()], row by row
    void setTargets(const std::vector<std::string>& kinds, int layerCount, std::vector<bool> ticked);
    [[nodiscard]] const std::vector<bool>& targets() const;
    /// Matrices that cannot be ticked (not in the model), same order as targets; empty: all can.
    void setTargetsAvailable(std::vector<bool> available);

    /// Ranks of run @p other (1 is B) minus those of A, in the layout's order. @throws std::out_of_range: other sizes
    void setDifference(std::shared_ptr<const ModuleLayout> layout, std::vector<std::int32_t> difference, int other = 1);

    /// Matrices as rows and layers as columns; the targets picker keeps its way round.
    void setTransposed(bool transposed);
    [[nodiscard]] bool isTransposed() const;
    /// @p factor > 1: closer, around @p layer. All layers fit at the widest.
    void zoomBy(double factor, double layer);
    void showAllLayers();
    [[nodiscard]] bool isZoomed() const;

    /// The grid as it stands, without selection and fades, for files and the clipboard. @param size logical pixels
    void paintOn(QPaintDevice& device, QSize size) const;
    /// A line per matrix with all that a cell can show; "," between values, a line of names first.
    [[nodiscard]] QString toCsv() const;

    void setSelected(ModuleIndex module); ///< invalid: none
    [[nodiscard]] ModuleIndex selected() const;

    /// Two paragraphs below the grid: what happens before the first masking event. Empty: none.
    void setNote(const QString& headline, const QString& detail);
    /// A hatched grid and what is being done, in words; empty: not loading.
    void setLoading(const QString& stage);
    void setFailed(bool failed); ///< the last state stays, labels step back
    void setScrubbing(bool scrubbing); ///< no fading while the timeline is dragged
    void setReducedMotion(bool reduced); ///< no fading at all
    [[nodiscard]] bool hasReducedMotion() const;

    [[nodiscard]] const RankGridGeometry& gridGeometry() const;
    /// Cells that the last setSnapshot() changed and so had to repaint; all of them count after a new layout.
    [[nodiscard]] const std::vector<ModuleIndex>& lastChanged() const;
    /// "layer 9, down_proj, rank 8 of 12, 1 back at step 1,100"
    [[nodiscard]] QString cellText(ModuleIndex module) const;
    [[nodiscard]] QString cellDetails(ModuleIndex module) const; ///< all its numbers, a line each, for its tool tip
    /// "Layer 9, sum over its 7 matrices …": what a bar or figure beside or below the cells means; empty: none there.
    [[nodiscard]] QString marginText(QPointF position) const;
    /// The cell under the pointer, else the chosen one, in words; empty: neither.
    [[nodiscard]] QString spokenCell() const;
    /// Any cell in words, ticked or not in targets mode. @pre 0 ≤ layer < layers(), 0 ≤ kind < kinds().size()
    [[nodiscard]] QString spokenCellAt(int layer, int kind) const;
    [[nodiscard]] ModuleIndex moduleAt(int layer, int kind) const; ///< invalid: not adapted
    [[nodiscard]] int layers() const; ///< rows; 0: nothing to show
    [[nodiscard]] const std::vector<std::string>& kinds() const; ///< columns
    [[nodiscard]] QString spokenSummary() const; ///< "42 matrices in 6 layers, step 520: 126 of 336 triplets kept, …"
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    void cellActivated(spectune::ModuleIndex module); ///< chosen by click, arrow or Return
    void targetsChanged(const std::vector<bool>& ticked);
    void zoomChanged(bool zoomed);
    void missingTextChanged();

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void timerEvent(QTimerEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    void relayout();
    void updateCell(int layer, int kind);
    void moveSelection(int layers, int kinds);
    void beginTargets(QPointF position);
    void dragTargets(QPointF position);
    void endTargets();
    void tickTargets(const std::vector<bool>& ticked);
    [[nodiscard]] bool pressForTargets(QKeyEvent* event);
    void startFade();
    void stopFade(); ///< what fades stands in its new colour at once
    void updateFading();
    void announceCell();
    void announceMissing();
    void zoomTo(double zoom, double layer, QPointF at); ///< @p layer stays at @p at
    void panTo(double firstLayer);
    void dragTo(QPointF position);
    bool zoomKey(int key);
    void activateAt(QPointF position);
    void setHovered(const std::optional<GridCell>& cell);

    std::unique_ptr<RankGridState> m_state;
};

} // namespace spectune
