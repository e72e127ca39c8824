// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/TourRing.h"

#include "visualization/Marks.h"
#include "visualization/Theme.h"

namespace spectune {

TourRing::TourRing(QWidget* window)
    : QWidget(window)
{
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setFocusPolicy(Qt::NoFocus);
    hide();
}

void TourRing::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    drawFocusFrame(painter, QRectF(rect()), Theme::current().focus);
}

} // namespace spectune
