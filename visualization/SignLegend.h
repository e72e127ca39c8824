// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace spectune {

/// Which colour of a signed matrix is negative, which positive, and what value the strongest of them stands for.
class SignLegend : public QWidget {
    Q_OBJECT
public:
    explicit SignLegend(QWidget* parent = nullptr);

    /// @param reach the value of the strongest colour; 0: there is nothing to show, and it paints nothing
    void setReach(double reach);
    [[nodiscard]] double reach() const { return m_reach; }
    /// The bar of colours, from −reach at its left end to reach; empty: no room or nothing to show.
    [[nodiscard]] QRectF bar() const;
    [[nodiscard]] QSize sizeHint() const override { return {164, 16}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {72, 16}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    [[nodiscard]] QString endText(double value) const;

    double m_reach = 0.0;
};

} // namespace spectune
