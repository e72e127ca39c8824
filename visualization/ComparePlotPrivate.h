// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/ComparePlot.h"
#include "visualization/CurvePoints.h"
#include "visualization/LatestWork.h"
#include "visualization/RunTags.h"

#include <QTimer>

#include <array>

class QCustomPlot;

namespace spectune {

class PiecewiseGraph;

/// What ComparePlot is made of: QCustomPlot draws curves, axes and grid; a widget above it, which takes no clicks,
/// draws evaluations, labels and the crosshair. QCustomPlot's types are complete in sources alone.
class ComparePlot::Private {
public:
    explicit Private(ComparePlot* owner);

    void changed(bool all = false); ///< repaints with the event loop's next turn; @p all: the whole range
    void replot();
    /// Where the plot draws; its axes' places follow at once. QCustomPlot asks for the ticks before it lays itself out,
    /// so that their figures would suit the size before.
    void setViewport(const QRect& place);
    void applyTheme();
    void setLogarithmic(bool logarithmic);
    /// One line is all there is of a value that is not noisy.
    [[nodiscard]] bool isShown(ComparePart part) const
    {
        return isNoisy(curves.value()) ? !hidden[static_cast<std::size_t>(part)] : part == ComparePart::Smooth;
    }
    /// The curves that were asked for: few points at once; many by a worker, and the earlier ones stay until then.
    void build();
    void show(CompareCurves next); ///< of the same runs
    [[nodiscard]] bool isRunShown(int run) const { return !hiddenRuns.at(static_cast<std::size_t>(run)); }
    /// crosshairText() of the runs that are shown; the difference needs both.
    [[nodiscard]] CrosshairText shownText() const;
    void speak();
    [[nodiscard]] bool isBlank() const { return waits || curves.isEmpty(); }
    void paintOverlay(QPainter& painter);
    [[nodiscard]] std::optional<double> placeAt(double pixel) const; ///< nothing: outside the axes

    CompareCurves curves;
    bool waits = false; ///< curves are of another value or axis than is asked for, and are not shown
    CompareAxis axisAsked = CompareAxis::Step; ///< as asked for last; so are value and smoothing
    CompareValue valueAsked = CompareValue::TaskLoss;
    double smoothingAsked = Smoother::usualWeight;
    std::uint64_t generation = 0; ///< grows with other runs
    std::optional<double> crosshair;
    std::optional<PlotGrab> grab; ///< while the button is down
    bool lossZoomed = false; ///< by the user; else the loss axis follows what is shown, as in Live
    QString emptyText;
    bool asPicture = false; ///< it is painted for a file
    std::array<bool, 3> hidden {}; ///< by ComparePart
    std::array<bool, mostComparedRuns> hiddenRuns {};
    QCustomPlot* plot = nullptr;
    QWidget* overlay = nullptr;

private:
    void makePlot();
    void rebuildGraphs();
    void fitAxes(); ///< what the user has not zoomed
    void fill(PiecewiseGraph* graph, const CurveSeries& series, ColumnDetail detail) const;
    void paintEvaluations(QPainter& painter) const;
    void paintEnds(QPainter& painter) const;
    void paintCrosshair(QPainter& painter) const;
    [[nodiscard]] QPointF pixel(double x, double y) const;
    [[nodiscard]] QRectF ground() const;

    ComparePlot* m_owner;
    QTimer m_timer;
    bool m_all = true;
    AxisBounds m_fitted; ///< what of the other axis the loss axis was fitted to last
    bool m_logarithmic = false;
    std::vector<PiecewiseGraph*> m_raw;
    std::vector<PiecewiseGraph*> m_smooth;
    LatestWork m_work; ///< the last member: it ends before what its answers touch
};

} // namespace spectune
