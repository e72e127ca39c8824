// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/WaitBar.h"

#include "visualization/Theme.h"

#include <QPainter>

#include <algorithm>

namespace spectune {

WaitBar::WaitBar(QWidget* parent)
    : QWidget(parent)
{
    setFixedHeight(4);
}

void WaitBar::setProgress(double fraction)
{
    const double clamped = std::clamp(fraction, 0.0, 1.0);
    if (clamped == m_fraction)
        return;
    m_fraction = clamped;
    update();
}

void WaitBar::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.fillRect(rect(), theme.line);
    painter.fillRect(QRectF(0, 0, width() * m_fraction, height()), theme.text);
}

} // namespace spectune
