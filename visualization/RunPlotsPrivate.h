// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/LatestWork.h"
#include "visualization/PlotAxes.h"
#include "visualization/RunPlots.h"
#include "visualization/RunPlotsLabel.h"

#include <QTimer>

#include <array>
#include <functional>
#include <optional>

class QCPAxisRect;
class QCustomPlot;
class QPainter;

namespace spectune {
class PiecewiseGraph;

/// What RunPlots is made of: QCustomPlot keeps the curves and their axes; phases, grid, figures and marks are painted
/// below and above them. QCustomPlot's types are complete in sources alone.
class RunPlots::Private {
public:
    explicit Private(RunPlots* owner);
    enum class Pace { Data, Pointer }; ///< 30 pictures a second, or 60
    void changed(bool rescale = false, Pace pace = Pace::Data); ///< repaints soon
    void replot();
    void applyTheme();
    [[nodiscard]] PlotRange effective() const;
    [[nodiscard]] PlotRange asSet() const; ///< the same but for what the user zoomed to
    [[nodiscard]] QRect partRect(int part) const;
    [[nodiscard]] QString readout(std::int64_t step) const; ///< values at a step, for the hovered line and readers

    void paintGround(QPainter& painter) const;
    void paintOverlay(QPainter& painter) const;
    std::function<std::int64_t()> clock; ///< ms since some moment
    RunCurves curves;
    PlotRange range = PlotRange::Automatic;
    PlotRange announced = PlotRange::Automatic;
    std::int64_t shown = -1;
    std::int64_t failure = -1;
    bool ended = false;
    std::int64_t hovered = -1;
    QString sentence;
    QString emptyText;
    std::vector<StepMark> marks;
    bool pointerInside = false;
    std::optional<PlotGrab> grab;
    std::int64_t shownBeforeClick = -1; ///< when the pointer went down last
    std::optional<QPointF> view; ///< steps that the user zoomed to: low, high
    std::optional<QPointF> lossView; ///< the same of the loss
    bool logarithmic = false;
    bool asPicture = false; ///< painted for a file: without crosshair and focus
    std::array<bool, 6> hidden {}; ///< by PlotCurve
    std::size_t pointsDrawn = 0;
    static constexpr double leastShownSteps = 5.0;
    [[nodiscard]] bool isShown(PlotCurve curve) const { return !hidden[static_cast<std::size_t>(curve)]; }
    void showSteps(double low, double high);
    void zoomSteps(double factor, double x); ///< @p x in pixels stays; factor < 1: closer
    void zoomLoss(double factor, std::optional<double> y = {}); ///< @p y in pixels stays; nothing: the middle
    void pan(QPointF way); ///< pixels since the grab
    void moveCrosshair(int direction); ///< by keys
    [[nodiscard]] double pixelOfKeys() const; ///< where the keys zoom: at the crosshair, else in the middle
    [[nodiscard]] double plotLeft() const;
    void arrange(); ///< axes and curves for the plot's viewport
    [[nodiscard]] QStringList readouts(std::int64_t step) const;
    [[nodiscard]] QString nowText() const;
    [[nodiscard]] std::vector<PlacedMark> placedMarks() const;
    [[nodiscard]] std::vector<QRectF> lossLabels() const; ///< the loss plot's own words, marks not among them
    [[nodiscard]] std::vector<plotlabel::PlacedLabel> budgetLabels() const;
    [[nodiscard]] bool endsAtTarget() const;
    [[nodiscard]] std::vector<plotlabel::PlacedLabel> orthLabels() const; ///< at the curve's end, one at most
    [[nodiscard]] std::vector<QRectF> words() const; ///< canvas pixels
    [[nodiscard]] LabelObstacles budgetObstacles() const;
    void smooth(double weight); ///< many points by a worker: the earlier curve stays until then
    void replaced(); ///< all curves: as smooth as was asked for last
    void clearCurves(); ///< what is smoothed next is as smooth as was asked for last
    void pointerMoved() { m_pointerMoved = clock(); }
    AxisBounds steps;
    AxisBounds loss;
    AxisBounds orth;
    AxisBounds budget;
    QCustomPlot* plot = nullptr;

private:
    void build();
    void addLayers();
    void place();
    void updateAxes();
    /// Replots in @p milliseconds, or sooner if that was asked for already; hidden, not at all.
    void replotIn(int milliseconds);
    [[nodiscard]] bool mayRescale(); ///< now; if not, replots once the axes may: last values ask for no later picture
    void updateCurves();
    void updateKept();
    void updatePlan();
    [[nodiscard]] int columns() const;
    [[nodiscard]] double xOf(double step) const;
    [[nodiscard]] double lossY(double value) const;
    [[nodiscard]] double orthY(double value) const;
    [[nodiscard]] double budgetY(double value) const;
    [[nodiscard]] QString lossFigure(double tick) const; ///< beside the loss axis
    [[nodiscard]] QRectF rectOf(const QCPAxisRect* axisRect) const;
    [[nodiscard]] std::int64_t now() const { return curves.lastStep(); }
    /// Words on a patch of the plot's own ground: what was drawn there before does not run through them.
    void write(QPainter& painter, const QRectF& rect, const plotlabel::Label& label) const;
    void paintPhases(QPainter& painter, const QRectF& rect) const;
    void paintGrid(QPainter& painter) const;
    void paintSteps(QPainter& painter) const;
    void paintBorders(QPainter& painter) const; ///< of the phases
    void paintTitles(QPainter& painter) const;
    void paintCrosshair(QPainter& painter, const std::array<double, 3>& used) const;
    void paintPhaseNames(QPainter& painter) const;
    void paintNow(QPainter& painter) const;
    void paintMoment(QPainter& painter) const;
    [[nodiscard]] std::vector<plotlabel::PlacedLabel> momentLabels() const; ///< of the last step, and of the shown one
    [[nodiscard]] QRectF sentencePlace() const; ///< of what failed; empty: there is none, or no room
    void paintFailure(QPainter& painter) const;
    void paintShown(QPainter& painter) const;
    [[nodiscard]] std::vector<plotlabel::CurveEnd> curveEnds() const; ///< in the loss plot
    void paintLossLabels(QPainter& painter) const;
    void paintOrthLabel(QPainter& painter) const;
    void paintBudgetLabels(QPainter& painter) const;
    void addKeptLabels(std::vector<plotlabel::PlacedLabel>& labels, LabelObstacles& obstacles) const;
    /// @p label, whose left edge stays, at the height where the budget's curve is not.
    [[nodiscard]] QRectF offTheBudget(const QRectF& label, const LabelObstacles& obstacles) const;
    void paintEmpty(QPainter& painter) const;
    void paintEvaluations(QPainter& painter) const;
    void paintStepMarks(QPainter& painter) const;

    RunPlots* m_owner;
    QTimer m_timer; ///< to the next picture
    std::int64_t m_pointerMoved = 0; ///< by the clock, ms
    std::int64_t m_drawn = 0; ///< when it was last replotted, by the clock, ms
    RescaleGate m_gate;
    bool m_forced = true;
    QCPAxisRect* m_lossRect = nullptr;
    QCPAxisRect* m_orthRect = nullptr;
    QCPAxisRect* m_budgetRect = nullptr;
    PiecewiseGraph* m_raw = nullptr;
    PiecewiseGraph* m_smooth = nullptr;
    PiecewiseGraph* m_orth = nullptr;
    PiecewiseGraph* m_plan = nullptr;
    PiecewiseGraph* m_kept = nullptr;
    double m_smoothing = Smoother::usualWeight; ///< as asked for last
    LatestWork m_work; ///< the last member: it ends before what its answers touch
};

} // namespace spectune
