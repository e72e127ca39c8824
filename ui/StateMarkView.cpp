// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/StateMarkView.h"

#include "visualization/Theme.h"

#include <QPainter>
#include <QPainterPath>

namespace spectune {

StateMarkView::StateMarkView(QWidget* parent)
    : QWidget(parent)
{
    setFixedSize(12, 14);
}

void StateMarkView::setMark(StateMark mark)
{
    m_mark = mark;
    update();
}

void StateMarkView::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF disc(2, 3, 8, 8);
    const auto stroke = [&painter](const QColor& color, const QPolygonF& line) {
        painter.setPen(QPen(color, 2, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter.drawPolyline(line);
    };
    painter.setPen(Qt::NoPen);
    switch (m_mark) {
    case StateMark::Ring:
    case StateMark::HalfDisc:
        if (m_mark == StateMark::HalfDisc) {
            painter.setBrush(theme.warn);
            painter.drawPie(disc, 90 * 16, 180 * 16);
        }
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(m_mark == StateMark::Ring ? theme.text3 : theme.warn, 2));
        painter.drawEllipse(disc);
        break;
    case StateMark::GreenDisc:
    case StateMark::AmberDisc:
        painter.setBrush(m_mark == StateMark::GreenDisc ? theme.ok : theme.warn);
        painter.drawEllipse(disc);
        break;
    case StateMark::Bars:
        painter.setBrush(theme.text);
        painter.drawRect(QRectF(2, 2.5, 3, 9));
        painter.drawRect(QRectF(7, 2.5, 3, 9));
        break;
    case StateMark::Square:
        painter.setBrush(theme.text2);
        painter.drawRect(disc);
        break;
    case StateMark::Tick: stroke(theme.ok, QPolygonF({{2, 7.5}, {5, 10.5}, {10.5, 4}})); break;
    case StateMark::Cross:
        stroke(theme.error, QPolygonF({{2.5, 3.5}, {9.5, 10.5}}));
        stroke(theme.error, QPolygonF({{9.5, 3.5}, {2.5, 10.5}}));
        break;
    }
}

} // namespace spectune
