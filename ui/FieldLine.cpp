// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/FieldLine.h"

#include "visualization/Fonts.h"
#include "visualization/Theme.h"

#include <QKeyEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {
constexpr int iconRoom = 22;
}

FieldLine::FieldLine(QWidget* parent)
    : QLineEdit(parent)
{
    setFixedHeight(26);
    setMinimumWidth(44);
}

void FieldLine::setSuffix(const QString& text)
{
    if (text == m_suffix)
        return;
    m_suffix = text;
    fitMargins();
    update();
}

void FieldLine::setStepping(double minimum, double maximum)
{
    m_steps = true;
    m_minimum = minimum;
    m_maximum = maximum;
}

void FieldLine::fitMargins()
{
    const int room = m_suffix.isEmpty() ? 0 : QFontMetrics(Fonts::caption()).horizontalAdvance(m_suffix) + 5;
    // A narrow field shows its value rather than its unit.
    const bool fits = room == 0 || width() >= room + 52;
    setTextMargins(0, 0, fits ? room : 0, 0);
}

void FieldLine::resizeEvent(QResizeEvent* event)
{
    QLineEdit::resizeEvent(event);
    fitMargins();
}

void FieldLine::focusInEvent(QFocusEvent* event)
{
    QLineEdit::focusInEvent(event);
    Q_EMIT entered();
}

void FieldLine::keyPressEvent(QKeyEvent* event)
{
    const int direction = event->key() == Qt::Key_Up ? 1 : event->key() == Qt::Key_Down ? -1 : 0;
    if (!m_steps || direction == 0) {
        QLineEdit::keyPressEvent(event);
        return;
    }
    bool readable = false;
    const double number = text().toDouble(&readable);
    if (!readable)
        return;
    const double by = event->modifiers().testFlag(Qt::ShiftModifier) ? 10 : 1;
    const double value = std::clamp(std::round(number) + direction * by, m_minimum, m_maximum);
    setText(QString::number(value, 'f', 0));
    Q_EMIT textEdited(text());
}

void FieldLine::paintEvent(QPaintEvent* event)
{
    QLineEdit::paintEvent(event);
    if (m_suffix.isEmpty() || textMargins().right() == 0)
        return;
    QPainter painter(this);
    painter.setFont(Fonts::caption());
    painter.setPen(Theme::current().text3);
    const int right = 8 + (actions().isEmpty() ? 0 : iconRoom);
    painter.drawText(rect().adjusted(0, 0, -right, 0), Qt::AlignRight | Qt::AlignVCenter, m_suffix);
}

} // namespace spectune
