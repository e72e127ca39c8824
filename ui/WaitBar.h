// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace spectune {

/// A thin bar that fills towards something awaited. It jumps with the data and never moves by itself.
class WaitBar : public QWidget {
    Q_OBJECT
public:
    explicit WaitBar(QWidget* parent = nullptr);
    void setProgress(double fraction); ///< clamped to 0 … 1
    [[nodiscard]] QSize sizeHint() const override { return {120, 4}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    double m_fraction = 0.0;
};

} // namespace spectune
