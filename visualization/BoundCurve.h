// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/ReadablePlot.h"

#include <QPointF>
#include <QPolygonF>
#include <QString>

#include <vector>

namespace spectune {

/// A rising staircase on two logarithmic axes from 1 on, with one chosen point and levels to hold it against: the
/// smallest rank beyond the bound over K·N.
class BoundCurve : public ReadablePlot {
    Q_OBJECT
public:
    struct Level {
        double value = 1.0;
        QString text; ///< "init 8"
    };

    explicit BoundCurve(QWidget* parent = nullptr);

    /// @param points where a level begins, and the end: x ascending; both coordinates at least 1
    /// @param yNote behind @p yName, in a lighter weight: what kind of axis it is
    void setCurve(
        std::vector<QPointF> points, const QString& xName, const QString& yName, const QString& yNote = QString());
    void setPoint(QPointF point, const QString& text);
    void setLevels(std::vector<Level> levels);
    [[nodiscard]] QPointF point() const { return m_point; }
    [[nodiscard]] const std::vector<QPointF>& curve() const { return m_curve; }
    [[nodiscard]] QPolygonF staircase() const; ///< as it is drawn, pixels: level, then upright
    [[nodiscard]] const std::vector<Level>& levels() const { return m_levels; }
    [[nodiscard]] double xOf(double value) const; ///< pixels
    [[nodiscard]] double yOf(double value) const;
    [[nodiscard]] QString toCsv() const; ///< of curve(): where each rank begins
    [[nodiscard]] QString textAt(QPointF place) const override; ///< of the level above or below it
    [[nodiscard]] int valueCount() const override; ///< of levels
    [[nodiscard]] QString valueText(int value) const override;
    [[nodiscard]] QPointF valuePlace(int value) const override; ///< where the level begins
    [[nodiscard]] QSize sizeHint() const override { return {420, 150}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {240, 120}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    [[nodiscard]] int firstRead() const override { return levelAt(m_point.x()); }

private:
    [[nodiscard]] QRectF plotRect() const;
    [[nodiscard]] int levelAt(double x) const; ///< @pre the curve is not empty
    void paintAxes(QPainter& painter) const;
    void paintLevels(QPainter& painter) const;
    void paintPoint(QPainter& painter) const;

    std::vector<QPointF> m_curve;
    std::vector<Level> m_levels;
    QPointF m_point {1.0, 1.0};
    QString m_text;
    QString m_xName;
    QString m_yName;
    QString m_yNote;
};

} // namespace spectune
