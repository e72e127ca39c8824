// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/KeyValueList.h"

#include "visualization/Fonts.h"
#include "visualization/Theme.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

namespace spectune {

KeyValueList::KeyValueList(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

void KeyValueList::setRows(Rows rows)
{
    if (rows == m_rows)
        return;
    m_rows = std::move(rows);
    QStringList spoken;
    for (const auto& [name, value] : m_rows)
        spoken << name + QLatin1Char(' ') + value;
    setAccessibleName(spoken.join(QStringLiteral(", ")));
    updateGeometry();
    update();
}

QSize KeyValueList::sizeHint() const
{
    return {160, rowHeight * static_cast<int>(m_rows.size())};
}

QSize KeyValueList::minimumSizeHint() const
{
    return {90, sizeHint().height()};
}

bool KeyValueList::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        const auto row = static_cast<std::size_t>(help->pos().y() / rowHeight);
        if (row < m_rows.size())
            QToolTip::showText(help->globalPos(), m_rows[row].first + QStringLiteral(": ") + m_rows[row].second, this);
        return true;
    }
    return QWidget::event(event);
}

void KeyValueList::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setFont(Fonts::caption());
    const QFontMetrics metrics = painter.fontMetrics();
    int y = 0;
    for (const auto& [name, value] : m_rows) {
        const QRect row(0, y, width(), rowHeight);
        painter.setPen(theme.text3);
        painter.drawText(row, Qt::AlignLeft | Qt::AlignVCenter, name);
        const int room = width() - metrics.horizontalAdvance(name) - 10;
        painter.setPen(theme.text);
        painter.drawText(
            row, Qt::AlignRight | Qt::AlignVCenter, metrics.elidedText(value, Qt::ElideMiddle, std::max(room, 20)));
        y += rowHeight;
    }
}

} // namespace spectune
