// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>
#include <QString>
#include <QWidget>

#include <array>

namespace spectune {

/// The effective scale on a logarithmic axis, with the zone where the adapter learns too slowly.
class ScaleGauge : public QWidget {
    Q_OBJECT
public:
    explicit ScaleGauge(QWidget* parent = nullptr);

    /// @param scale what s = α / init rank acts like on this model  @param fineFrom below it lies the warning zone
    /// @param usual where the default stands
    void setScale(double scale, double fineFrom = 0.5, double usual = 2.0);
    [[nodiscard]] bool isLow() const { return m_scale < m_fineFrom; } ///< in the warning zone
    [[nodiscard]] double xOf(double scale) const; ///< in pixels, held inside the axis
    /// Words above the axis and the x of the tick that is theirs, in pixels.
    struct Label {
        QString text;
        QRectF place;
        double tick = 0.0;
    };
    [[nodiscard]] std::array<Label, 2> labels() const; ///< where it becomes fine, and the default
    [[nodiscard]] QSize sizeHint() const override { return {290, 46}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {180, 46}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    [[nodiscard]] bool isUsualLow() const { return m_usual < m_fineFrom; } ///< a narrow model's default

    double m_scale = 0.0;
    double m_fineFrom = 0.5;
    double m_usual = 2.0;
};

} // namespace spectune
