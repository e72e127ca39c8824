// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/LabelPlace.h"
#include "visualization/RunCurves.h"
#include "visualization/StepMarks.h"

#include <QWidget>

#include <functional>
#include <memory>

namespace spectune {

enum class PlotRange {
    Automatic, ///< so far until 10 % of the steps are done, then the whole run
    WholeRun,
    SoFar, ///< at least 100 steps
    Last200,
    Custom ///< zoomed or panned by the user
};

enum class PlotCurve { Raw, Smooth, Evaluation, Orthogonality, Kept, Plan };

/// Task loss (raw, smoothed, evaluations), γR on a logarithmic axis of its own, and the budget, over one step axis.
/// The picture follows the data at most 30 times a second, and the pointer 60 times; axes are rescaled at most once in
/// 2 s, and not while the pointer is moving inside. Hidden, nothing is drawn until it is shown or replotNow() asks for
/// it. The wheel zooms along the steps around the pointer (over the loss axis, or with Ctrl, along the loss), dragging
/// pans, a double click goes back. Left and right move the crosshair, PageUp and PageDown pan, + and − zoom around it,
/// with Ctrl the loss, 0 or Home go back, Return shows its step. GUI thread only.
class RunPlots : public QWidget {
    Q_OBJECT
public:
    explicit RunPlots(QWidget* parent = nullptr);
    ~RunPlots() override;

    void setPlan(const PlotPlan& plan);
    void append(std::span<const MetricPoint> points);
    void append(const EvalPoint& point);
    /// Replaces all curves. The plan and the view stay: it is the same run.
    /// @param made the history's curves, where a worker has made them: they cost nothing; null: they are made here
    void setHistory(const RunHistory& history, const RunCurves* made = nullptr);
    void clear(); ///< another run's curves follow: nothing of the last one's stays, its zoom neither

    void setShownStep(std::int64_t step); ///< −1: live
    /// A cross at the curve's end and the sentence beside it. An empty sentence takes it back.
    void setFailure(std::int64_t step, const QString& sentence);
    /// Whether the curves' last step is the run's last one, and not merely the newest.
    void setEnded(bool ended);
    [[nodiscard]] QString nowText() const; ///< beside the line at the last step: "now, step 301"
    /// What a person changed while the run went on, by step.
    void setMarks(std::vector<StepMark> marks);
    [[nodiscard]] const std::vector<StepMark>& marks() const;
    /// The marks as they stand in the loss plot, and the words of its curves and steps that they keep off;
    /// canvas pixels.
    [[nodiscard]] std::vector<PlacedMark> placedMarks() const;
    [[nodiscard]] std::vector<QRectF> lossLabels() const;
    [[nodiscard]] std::vector<PlacedWords> budgetLabels() const; ///< the words inside the budget's plot; canvas pixels
    /// All that is written in and around the plots: titles, figures of the axes, phases, labels; this widget's pixels.
    [[nodiscard]] std::vector<QRectF> words() const;
    /// Of the budget's curve at @p x: what is kept as far as it is known, then the plan; canvas pixels.
    [[nodiscard]] double budgetY(double x) const;
    void setRange(PlotRange range);
    [[nodiscard]] PlotRange range() const; ///< as set
    [[nodiscard]] PlotRange effectiveRange() const; ///< what Automatic means now
    /// Shows steps @p low to @p high, until setRange() or resetView().
    void showSteps(double low, double high);
    void resetView(); ///< back to the range as it was set
    /// Lets the axes hold what is there with the next picture, whenever they moved last: for a run that rests.
    void fitAxes();
    void setLogarithmic(bool logarithmic); ///< the loss axis
    [[nodiscard]] bool isLogarithmic() const;
    /// The raw values stay. Of more than 50,000 points a worker makes the curve, and the earlier one stays until then;
    /// what is asked for last wins. @param weight see Smoother
    void setSmoothing(double weight);
    void setCurveShown(PlotCurve curve, bool shown);
    [[nodiscard]] bool isCurveShown(PlotCurve curve) const;
    /// Points handed to the painter at the last replot, all curves together: bound by the width, not by the steps.
    [[nodiscard]] std::size_t pointsDrawn() const;
    /// What the crosshair says at a step, one text per plot from top to bottom.
    [[nodiscard]] QStringList readoutsAt(std::int64_t step) const;
    /// All plots as they stand, for files and the clipboard; replots. @param size logical pixels
    void paintOn(QPaintDevice& device, QSize size);
    /// Inside the loss plot while there is no curve.
    void setEmptyText(const QString& text);

    [[nodiscard]] const RunCurves& curves() const;
    /// Where the crosshair stands; −1: nowhere.
    [[nodiscard]] std::int64_t crosshairStep() const;
    /// First and last step of the axis now.
    [[nodiscard]] QPointF stepRange() const;
    /// Lowest and highest loss of the axis now.
    [[nodiscard]] QPointF lossRange() const;
    /// The loss (0), γR (1) or budget plot (2) with its title, in this widget's pixels.
    [[nodiscard]] QRect partRect(int part) const;
    /// Applies all that is pending at once; otherwise a timer does.
    void replotNow();
    /// What the pace of pictures goes by, in milliseconds since some moment, in place of the real time: for tests.
    void setClock(std::function<std::int64_t()> clock);
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    void effectiveRangeChanged(spectune::PlotRange range);
    void stepActivated(qint64 step); ///< clicked; a double click takes its first click back, to −1: live

protected:
    void changeEvent(QEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    void pressed(const QMouseEvent& mouse);
    void moved(const QMouseEvent& mouse);
    void released(const QMouseEvent& mouse);
    void doubleClicked();
    bool wheeled(const QWheelEvent& wheel);
    [[nodiscard]] std::int64_t stepUnder(QPointF position) const; ///< −1: none is there

    class Private;
    std::unique_ptr<Private> m_private;
};

} // namespace spectune
