// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/ReadablePlot.h"

#include <optional>
#include <vector>

namespace spectune {

/// The small plot of the SVD lens: the error of rank k over k on a logarithmic axis, or the singular values as bars.
/// A line stands at the chosen k. Wheel and + − come closer, with Ctrl along the values; a drag, PageUp and PageDown go
/// aside, and so does what is read where it is out of sight; a double click, 0 and Home show the whole again.
class SpectrumPlot : public ReadablePlot {
    Q_OBJECT
public:
    enum class Kind { ErrorCurve, SingularValues };
    explicit SpectrumPlot(Kind kind, QWidget* parent = nullptr);

    /// @param values errors of rank 1, 2, … as fractions, or σ₁, σ₂, …; others than before are shown whole
    void setValues(std::vector<double> values);
    void setRank(int k, const QString& text); ///< @p text beside the line
    [[nodiscard]] double xOf(double rank) const; ///< pixels; bars: their middle
    [[nodiscard]] double yOf(double value) const;
    [[nodiscard]] std::vector<int> ticks() const; ///< ranks with a figure below the axis, none of which meets another
    [[nodiscard]] double top() const { return m_top; } ///< the axis' largest value
    void resetView();
    [[nodiscard]] bool isZoomed() const { return m_view.has_value(); }
    [[nodiscard]] QString toCsv() const; ///< all of it, whatever part is shown
    [[nodiscard]] QString textAt(QPointF place) const override; ///< of the rank above or below it
    [[nodiscard]] int valueCount() const override { return static_cast<int>(m_values.size()); }
    [[nodiscard]] QString valueText(int value) const override;
    [[nodiscard]] QPointF valuePlace(int value) const override;
    [[nodiscard]] QSize sizeHint() const override { return {220, 216}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {120, 80}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    [[nodiscard]] int firstRead() const override { return m_rank - 1; }
    void bringIntoSight(int value) override;

private:
    /// What is shown of both axes: of the ranks as placeOf() measures them, of the values as they are.
    struct View {
        double left = 0.0;
        double right = 1.0;
        double bottom = 0.0;
        double top = 1.0;
    };
    struct Grab {
        QPointF at; ///< pixels
        View view;
    };
    [[nodiscard]] QRectF plotRect() const;
    [[nodiscard]] double placeOf(double rank) const;
    [[nodiscard]] View whole() const;
    [[nodiscard]] View view() const { return m_view.value_or(whole()); }
    void setView(View wanted);
    void zoomBy(double factor, bool ofValues, QPointF fixed); ///< @param fixed pixels: what lies there stays
    void shift(const View& from, QPointF way); ///< @param way of the pointer, pixels
    [[nodiscard]] std::vector<int> wantedTicks() const;
    void paintAxes(QPainter& painter) const;
    void paintCurve(QPainter& painter) const;
    void paintBars(QPainter& painter) const;
    void paintRank(QPainter& painter) const;

    Kind m_kind;
    std::vector<double> m_values;
    double m_top = 1.0;
    double m_tick = 0.5;
    int m_rank = 1;
    QString m_text;
    std::optional<View> m_view; ///< nothing: the whole
    std::optional<Grab> m_grab;
};

} // namespace spectune
