// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace spectune {

/// ‖PᵀP − I‖ and ‖QQᵀ − I‖ of one matrix as bars from 0, with the median of all matrices as a tick.
class OrthogonalityBars : public QWidget {
    Q_OBJECT
public:
    explicit OrthogonalityBars(QWidget* parent = nullptr);
    /// @param scale the value at the bars' right end, > 0
    void setValues(double p, double q, double medianP, double medianQ, double scale);
    [[nodiscard]] QString toCsv() const; ///< "factor,norm,median"
    [[nodiscard]] QSize sizeHint() const override { return {220, 36}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {180, 36}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    double m_values[2] = {0.0, 0.0};
    double m_medians[2] = {0.0, 0.0};
    double m_scale = 1.0;
};

} // namespace spectune
