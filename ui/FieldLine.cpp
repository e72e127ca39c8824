// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/FieldLine.h"

#include "visualization/Fonts.h"
#include "visualization/Theme.h"

#include <QKeyEvent>
#include <QPainter>
#include <QStyle>
#include <QStyleOptionFrame>

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {
constexpr int iconRoom = 22;
constexpr int textInset = 2; ///< between the style's contents and QLineEdit's text
} // namespace

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

void FieldLine::setRestingText(const QString& text, bool words)
{
    if (text == m_resting && words == m_restsInWords)
        return;
    m_resting = text;
    m_restsInWords = words;
    update();
}

QString FieldLine::shownText() const
{
    return isResting() ? m_resting : text();
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

void FieldLine::paintResting()
{
    QStyleOptionFrame option;
    initStyleOption(&option);
    QPainter painter(this);
    style()->drawPrimitive(QStyle::PE_PanelLineEdit, &option, &painter, this);
    QRect place = style()->subElementRect(QStyle::SE_LineEditContents, &option, this);
    place.adjust(textInset, 0, -textInset - (m_restsInWords ? 0 : textMargins().right()), 0);
    painter.setFont(font());
    const Theme& theme = Theme::current();
    painter.setPen(!isEnabled() ? theme.text3 : m_restsInWords ? theme.text2 : theme.text);
    const Qt::Alignment horizontal = alignment() & Qt::AlignHorizontal_Mask;
    painter.drawText(place, static_cast<int>(horizontal | Qt::AlignVCenter),
        fontMetrics().elidedText(m_resting, Qt::ElideRight, place.width()));
}

void FieldLine::paintEvent(QPaintEvent* event)
{
    if (isResting())
        paintResting();
    else
        QLineEdit::paintEvent(event);
    if (m_suffix.isEmpty() || textMargins().right() == 0 || (isResting() && m_restsInWords))
        return;
    QPainter painter(this);
    painter.setFont(Fonts::caption());
    painter.setPen(Theme::current().text3);
    const int right = 8 + (actions().isEmpty() ? 0 : iconRoom);
    painter.drawText(rect().adjusted(0, 0, -right, 0), Qt::AlignRight | Qt::AlignVCenter, m_suffix);
}

} // namespace spectune
