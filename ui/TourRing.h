// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace spectune {

/// The 2 px ring inside the edge of what the tour points at. A child of the window that lets every click through.
class TourRing : public QWidget {
    Q_OBJECT
public:
    explicit TourRing(QWidget* window);

protected:
    void paintEvent(QPaintEvent* event) override;
};

} // namespace spectune
