// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/LossScale.h"

#include "visualization/Fonts.h"
#include "visualization/Theme.h"

#include <QPainter>

namespace spectune {

namespace {
constexpr double ramp = 66.0;
constexpr double figure = 12.0;
} // namespace

LossScale::LossScale(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

QSize LossScale::sizeHint() const
{
    return {static_cast<int>(ramp + 2 * figure), 16};
}

void LossScale::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setFont(Fonts::caption());
    painter.setPen(theme.text3);
    drawTabular(painter, {0, 0, figure, 16}, Qt::AlignLeft | Qt::AlignVCenter, QStringLiteral("0"));
    drawTabular(painter, {figure + ramp, 0, figure, 16}, Qt::AlignRight | Qt::AlignVCenter, QStringLiteral("5"));
    for (int x = 0; x < static_cast<int>(ramp); ++x)
        painter.fillRect(QRectF(figure + x, 3, 1, 10), Theme::mix(theme.panel, theme.runB, x / ramp));
}

} // namespace spectune
