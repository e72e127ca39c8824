// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/LegendToggle.h"

#include "visualization/Fonts.h"
#include "visualization/Marks.h"
#include "visualization/Theme.h"

#include <QPainter>

#include <utility>

namespace spectune {

namespace {

constexpr int usualMark = 12;
constexpr int dashedMark = 22; ///< wide enough for each pattern of dashes
constexpr int rowHeight = 24;

} // namespace

LegendToggle::LegendToggle(const QString& name, LegendMark mark, QWidget* parent)
    : QAbstractButton(parent)
    , m_mark(mark)
{
    setText(name);
    setCheckable(true);
    setChecked(true);
    setCursor(Qt::PointingHandCursor);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setFocusPolicy(Qt::TabFocus);
}

void LegendToggle::setNeutral(bool neutral)
{
    m_neutral = neutral;
    update();
}

void LegendToggle::setColor(std::function<QColor()> color)
{
    m_color = std::move(color);
    update();
}

void LegendToggle::setPen(std::function<QPen()> pen)
{
    m_pen = std::move(pen);
    updateGeometry();
    update();
}

int LegendToggle::markWidth() const
{
    return m_pen ? dashedMark : usualMark;
}

QSize LegendToggle::sizeHint() const
{
    return {markWidth() + 11 + static_cast<int>(tabularWidth(Fonts::caption(), text())), rowHeight};
}

void LegendToggle::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const double middle = rect().height() / 2.0;
    const double left = 3.0;
    const bool on = isChecked();
    QColor color = m_pen                            ? m_pen().color()
        : m_color                                   ? m_color()
        : m_mark == LegendMark::Box                 ? theme.text
        : m_neutral || m_mark == LegendMark::Dashes ? theme.text2
        : m_mark == LegendMark::Diamond             ? theme.eval
                                                    : theme.loss;
    if (!on)
        color = theme.lineStrong;
    switch (m_mark) {
    case LegendMark::Band: {
        QColor band = color;
        band.setAlphaF(on ? 0.5F : 1.0F);
        drawLevel(painter, middle, left, left + markWidth() - 2, band, 5.0);
        break;
    }
    case LegendMark::Line:
        if (m_pen) {
            QPen pen = m_pen();
            pen.setColor(color);
            painter.setPen(pen);
            painter.drawLine(QPointF(left, middle), QPointF(left + markWidth() - 2, middle));
        } else {
            drawLevel(painter, middle, left, left + markWidth() - 2, color, 2.0);
        }
        break;
    case LegendMark::Dashes:
        drawLevel(painter, middle, left, left + 4, color, 1.5);
        drawLevel(painter, middle, left + 6, left + 10, color, 1.5);
        break;
    case LegendMark::Diamond: drawDiamond(painter, {left + 5.0, middle}, 4.0, color); break;
    case LegendMark::Box:
        painter.setPen(QPen(color, 1.2));
        painter.setBrush(on ? color : Qt::transparent);
        painter.drawRoundedRect(QRectF(left + 1.0, middle - 4.0, 8.0, 8.0), 2.0, 2.0);
        break;
    }
    QFont font = Fonts::caption();
    font.setStrikeOut(!on && m_mark != LegendMark::Box);
    painter.setFont(font);
    painter.setPen(on || underMouse() ? theme.text2 : theme.text3);
    painter.drawText(rect().adjusted(markWidth() + 5, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, text());
    if (hasFocus())
        drawFocusFrame(painter, rect(), theme.focus);
}

} // namespace spectune
