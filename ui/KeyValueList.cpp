// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/KeyValueList.h"

#include "visualization/Fonts.h"
#include "visualization/Theme.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

namespace spectune {

namespace {
constexpr int valueGap = 10; ///< px between a name and its value, at least
constexpr int columnGap = 28;
} // namespace

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

void KeyValueList::setFoldsFrom(int width)
{
    m_foldsFrom = width;
    QSizePolicy policy = sizePolicy();
    policy.setHeightForWidth(width > 0);
    policy.setVerticalPolicy(width > 0 ? QSizePolicy::Maximum : QSizePolicy::Fixed); // less high than unfolded
    setSizePolicy(policy);
}

std::vector<QRect> KeyValueList::places(int width) const
{
    std::vector<QRect> places;
    const QFontMetrics metrics(Fonts::caption());
    const bool folds = m_foldsFrom > 0 && width >= m_foldsFrom;
    const int half = (width - columnGap) / 2;
    int y = 0;
    bool left = true;
    for (const auto& [name, value] : m_rows) {
        const bool whole
            = !folds || metrics.horizontalAdvance(name) + valueGap + metrics.horizontalAdvance(value) > half;
        if (whole && !left)
            y += rowHeight; // beside the last one nothing stands
        left = left || whole;
        places.emplace_back(left ? 0 : width - half, y, whole ? width : half, rowHeight);
        if (whole || !left)
            y += rowHeight;
        left = whole || !left;
    }
    return places;
}

int KeyValueList::heightForWidth(int width) const
{
    if (m_foldsFrom == 0)
        return -1;
    const std::vector<QRect> all = places(width);
    return all.empty() ? 0 : all.back().bottom() + 1;
}

QSize KeyValueList::sizeHint() const
{
    return {160, rowHeight * static_cast<int>(m_rows.size())};
}

QSize KeyValueList::minimumSizeHint() const
{
    return {90, m_foldsFrom > 0 ? 0 : sizeHint().height()};
}

bool KeyValueList::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        const std::vector<QRect> all = places(width());
        for (std::size_t row = 0; row < m_rows.size(); ++row)
            if (all[row].contains(help->pos()))
                QToolTip::showText(
                    help->globalPos(), m_rows[row].first + QStringLiteral(": ") + m_rows[row].second, this);
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
    const std::vector<QRect> all = places(width());
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        const auto& [name, value] = m_rows[i];
        painter.setPen(theme.text3);
        painter.drawText(all[i], Qt::AlignLeft | Qt::AlignVCenter, name);
        const int room = all[i].width() - metrics.horizontalAdvance(name) - valueGap;
        painter.setPen(theme.text);
        painter.drawText(
            all[i], Qt::AlignRight | Qt::AlignVCenter, metrics.elidedText(value, Qt::ElideMiddle, std::max(room, 20)));
    }
}

} // namespace spectune
