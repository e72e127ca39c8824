// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/FigureLabel.h"

#include "visualization/Fonts.h"

#include <QPainter>
#include <QStyle>

#include <cmath>

namespace spectune {

FigureLabel::FigureLabel(QWidget* parent)
    : QLabel(parent)
{
    setTextFormat(Qt::PlainText);
}

void FigureLabel::setRestLook(const QFont& font, QColor Theme::*color)
{
    m_restFont = font;
    m_restColor = color;
}

void FigureLabel::setFigures(const QString& lead, const QString& rest)
{
    m_rest = rest;
    setText(lead + rest);
}

QSize FigureLabel::sizeHint() const
{
    const double width = tabularWidth(font(), lead()) + tabularWidth(m_restFont, m_rest);
    return {static_cast<int>(std::ceil(width)), QLabel::sizeHint().height()};
}

QSize FigureLabel::minimumSizeHint() const
{
    return sizeHint();
}

void FigureLabel::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    QRectF place = contentsRect();
    const double restWidth = tabularWidth(m_restFont, m_rest);
    const double leadWidth = tabularWidth(font(), lead());
    if (QStyle::visualAlignment(layoutDirection(), alignment()) & Qt::AlignRight)
        place.setLeft(place.right() - leadWidth - restWidth);
    painter.setFont(font());
    painter.setPen(palette().color(foregroundRole()));
    drawTabular(painter, place, Qt::AlignLeft | Qt::AlignVCenter, lead());
    if (m_rest.isEmpty())
        return;
    painter.setFont(m_restFont);
    painter.setPen(Theme::current().*m_restColor);
    drawTabular(painter, place.adjusted(leadWidth, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, m_rest);
}

} // namespace spectune
