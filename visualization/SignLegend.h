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
    /// @param clipped values beyond @p reach have that colour, too: the ends say so
    void setReach(double reach, bool clipped = false);
    [[nodiscard]] double reach() const { return m_reach; }
    [[nodiscard]] bool isClipped() const { return m_clipped; }
    /// The bar of colours, from −reach at its left end to reach; empty: no room or nothing to show.
    [[nodiscard]] QRectF bar() const;
    [[nodiscard]] QSize sizeHint() const override { return {164, 16}; }
    /// Room for both ends and a bar where values are clipped: they are longer then.
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    [[nodiscard]] QString endText(double value) const;

    double m_reach = 0.0;
    bool m_clipped = false;
};

} // namespace spectune
