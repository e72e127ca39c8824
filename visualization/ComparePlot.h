// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/CompareCurves.h"

#include <QWidget>

#include <memory>
#include <optional>
#include <vector>

namespace spectune {

/// What the box beside the crosshair says; plain text, so that it is tested without pixels.
struct CrosshairText {
    struct Line {
        int run = 0;
        QString smooth; ///< "0.731", or "ended" beyond the run's end
        QString eval; ///< "0.757"; empty: none yet
    };
    QString place; ///< "step 1,240"
    QString difference; ///< "B − A +0.039", with two runs that both reach there
    std::vector<Line> lines;
};

[[nodiscard]] CrosshairText crosshairText(const CompareCurves& curves, double x);

/// What can be left out of the comparison's plot.
enum class ComparePart { Raw, Smooth, Evaluation };

/// A value of two to six runs, the task loss at first, over one axis with one crosshair: smoothed lines, raw values at
/// 32 %, evaluations as diamonds; what is not noisy is one line. The wheel zooms along the axis around the pointer
/// (over the loss axis, or with Ctrl, along the loss), drag pans, a double click shows all again. The loss axis, which
/// is that of the value, follows what is shown until it is zoomed. Left and right move the crosshair (with Shift
/// faster), PageUp and PageDown pan, + and − zoom around it, with Ctrl the loss, 0 or Home show all. GUI thread only.
class ComparePlot : public QWidget {
    Q_OBJECT
public:
    explicit ComparePlot(QWidget* parent = nullptr);
    ~ComparePlot() override;

    /// Shows all, of the value, over the axis, and as smooth as those before; nothing until a worker has made them
    /// where these are many and of another value or axis.
    void setCurves(CompareCurves curves);
    /// Of more than 50,000 points a worker makes the curves, here as in setSmoothing(), and the earlier ones stay until
    /// then; what is asked for last wins.
    void setAxis(CompareAxis axis);
    /// Other curves of the same runs, by a worker as in setAxis(); the range that is shown stays, the values' axis is
    /// fitted anew.
    void setValue(CompareValue value);
    void setLogarithmic(bool logarithmic); ///< the loss axis; shows all
    /// @param weight as Smoother has it; the shown range stays
    void setSmoothing(double weight);
    void setPartShown(ComparePart part, bool shown);
    [[nodiscard]] bool isPartShown(ComparePart part) const;
    /// All that is drawn of a run; the axes stay. Other runs are all shown. @param run 0 … mostComparedRuns − 1
    void setRunShown(int run, bool shown);
    [[nodiscard]] bool isRunShown(int run) const;
    /// The plot as it stands, without the crosshair, for files and the clipboard. @param size logical pixels
    void paintOn(QPaintDevice& device, QSize size);
    /// What stands in the axes' place where there is no curve.
    void setEmptyText(const QString& text);
    [[nodiscard]] const QString& emptyText() const;
    void showAll();
    /// Moves the crosshair; nothing: none.
    void setCrosshair(std::optional<double> x);

    [[nodiscard]] const CompareCurves& curves() const;
    [[nodiscard]] std::optional<double> crosshair() const;
    [[nodiscard]] AxisBounds shownX() const; ///< as zoomed and panned
    [[nodiscard]] AxisBounds shownLoss() const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void moveCrosshair(double by); ///< in the axis' unit
    [[nodiscard]] bool wheeled(const QWheelEvent& wheel);
    void zoomX(
        double factor, std::optional<double> around); ///< around the middle, where that is not shown; < 1: closer
    void panX(double part); ///< of what is shown
    void drag(QPointF position); ///< the pointer with its button down
    void zoomLoss(double factor, std::optional<double> y = {}); ///< @p y in pixels stays; nothing: the middle

    class Private;
    std::unique_ptr<Private> m_private;
};

} // namespace spectune
