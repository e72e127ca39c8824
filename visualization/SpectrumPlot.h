// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <vector>

namespace spectune {

/// The small plot of the SVD lens: the error of rank k over k on a logarithmic axis, or the singular values as bars.
/// A line stands at the chosen k.
class SpectrumPlot : public QWidget {
    Q_OBJECT
public:
    enum class Kind { ErrorCurve, SingularValues };
    explicit SpectrumPlot(Kind kind, QWidget* parent = nullptr);

    /// @param values errors of rank 1, 2, … as fractions, or σ₁, σ₂, …
    void setValues(std::vector<double> values);
    void setRank(int k, const QString& text); ///< @p text beside the line
    [[nodiscard]] double xOf(double rank) const; ///< pixels; bars: their middle
    [[nodiscard]] double yOf(double value) const;
    [[nodiscard]] std::vector<int> ticks() const; ///< ranks with a figure below the axis, none of which meets another
    [[nodiscard]] double top() const { return m_top; } ///< the axis' largest value
    [[nodiscard]] QSize sizeHint() const override { return {220, 216}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {120, 80}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    [[nodiscard]] QRectF plotRect() const;
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
};

} // namespace spectune
