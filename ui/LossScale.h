// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace spectune {

/// The legend of tokens tinted by their loss: panel to run B's colour, 0 to 5.
class LossScale : public QWidget {
    Q_OBJECT
public:
    explicit LossScale(QWidget* parent = nullptr);
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
};

} // namespace spectune
