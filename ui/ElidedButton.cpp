// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ElidedButton.h"

#include <QHelpEvent>
#include <QStyle>
#include <QStyleOptionButton>
#include <QStylePainter>
#include <QToolTip>

#include <algorithm>

namespace spectune {

namespace {
constexpr int leastWidth = 48;
}

ElidedButton::ElidedButton(const QString& text, QWidget* parent)
    : QPushButton(text, parent)
{
    setProperty("small", true);
    setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
    setFixedHeight(24);
}

void ElidedButton::setHint(const QString& hint)
{
    m_hint = hint;
    setAccessibleDescription(hint);
}

QSize ElidedButton::minimumSizeHint() const
{
    const QSize whole = QPushButton::minimumSizeHint();
    return {std::min(whole.width(), leastWidth), whole.height()};
}

QString ElidedButton::shownText() const
{
    // At its full width the style's own rounding must not cost a letter.
    if (width() >= QPushButton::sizeHint().width())
        return text();
    QStyleOptionButton option;
    initStyleOption(&option);
    const int room = style()->subElementRect(QStyle::SE_PushButtonContents, &option, this).width();
    return fontMetrics().elidedText(text(), Qt::ElideRight, room);
}

bool ElidedButton::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QPushButton::event(event);
    QStringList words;
    if (shownText() != text())
        words << text();
    if (!m_hint.isEmpty())
        words << m_hint;
    const auto* help = static_cast<QHelpEvent*>(event);
    QToolTip::showText(help->globalPos(), words.join(QLatin1Char('\n')), this);
    return true;
}

void ElidedButton::paintEvent(QPaintEvent*)
{
    QStylePainter painter(this);
    QStyleOptionButton option;
    initStyleOption(&option);
    option.text = shownText();
    painter.drawControl(QStyle::CE_PushButton, option);
}

} // namespace spectune
