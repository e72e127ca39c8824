// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace spectune {

/// The effective scale s = α / init rank on a logarithmic axis, with the zone where the adapter learns too slowly.
class ScaleGauge : public QWidget {
    Q_OBJECT
public:
    explicit ScaleGauge(QWidget* parent = nullptr);

    /// @param fineFrom below it, s is in the warning zone  @param usual where the default stands
    void setScale(double scale, double fineFrom = 0.5, double usual = 2.0);
    [[nodiscard]] double xOf(double scale) const; ///< in pixels, held inside the axis
    [[nodiscard]] QSize sizeHint() const override { return {290, 46}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {180, 46}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    double m_scale = 0.0;
    double m_fineFrom = 0.5;
    double m_usual = 2.0;
};

} // namespace spectune
