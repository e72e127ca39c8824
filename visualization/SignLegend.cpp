// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/SignLegend.h"

#include "visualization/Fonts.h"
#include "visualization/NumberFormat.h"
#include "visualization/Theme.h"

#include <QFont>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {
constexpr double gap = 5.0;
constexpr double barHeight = 8.0;
constexpr double mostBar = 80.0;
constexpr double leastBar = 8.0;
constexpr int leastWidth = 72;
constexpr int leastHeight = 16;
} // namespace

SignLegend::SignLegend(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    setAccessibleName(tr("Colours of signs"));
}

void SignLegend::setReach(double reach, bool clipped)
{
    m_reach = std::max(0.0, reach);
    m_clipped = clipped;
    const QString text = m_reach > 0.0
        ? tr("blue is negative, orange positive; the strongest colours stand for %1 and %2")
              .arg(endText(-m_reach), endText(m_reach))
        : QString();
    setAccessibleDescription(text);
    setToolTip(text);
    updateGeometry();
    update();
}

// Always with its sign: that is what the legend is for.
QString SignLegend::endText(double value) const
{
    const QString number = (value > 0.0 ? QStringLiteral("+") : QString()) + formatShort(value);
    return m_clipped ? (value > 0.0 ? QStringLiteral("≥ ") : QStringLiteral("≤ ")) + number : number;
}

QSize SignLegend::minimumSizeHint() const
{
    if (!m_clipped)
        return {leastWidth, leastHeight};
    const QFont font = Fonts::caption();
    const double ends = tabularWidth(font, endText(-m_reach)) + tabularWidth(font, endText(m_reach));
    return {std::max(leastWidth, static_cast<int>(std::ceil(ends + 2.0 * gap + leastBar))), leastHeight};
}

QRectF SignLegend::bar() const
{
    if (m_reach <= 0.0)
        return {};
    const double right = width() - tabularWidth(Fonts::caption(), endText(m_reach)) - gap;
    const double most = right - tabularWidth(Fonts::caption(), endText(-m_reach)) - gap;
    const double length = std::min(mostBar, most);
    return length < leastBar ? QRectF() : QRectF(right - length, (height() - barHeight) / 2.0, length, barHeight);
}

void SignLegend::paintEvent(QPaintEvent*)
{
    const QRectF colours = bar();
    if (colours.isEmpty())
        return;
    const Theme& theme = Theme::current();
    QPainter painter(this);
    const int pixels = static_cast<int>(colours.width());
    for (int x = 0; x < pixels; ++x)
        painter.fillRect(QRectF(colours.left() + x, colours.top(), 1.0, colours.height()),
            theme.differenceColor(2.0 * x / std::max(1, pixels - 1) - 1.0));
    painter.setFont(Fonts::caption());
    painter.setPen(theme.text2);
    const QString low = endText(-m_reach);
    const double lowWidth = tabularWidth(painter.font(), low);
    drawTabular(painter, {colours.left() - gap - lowWidth, 0.0, lowWidth, static_cast<double>(height())},
        Qt::AlignLeft | Qt::AlignVCenter, low);
    drawTabular(painter, {colours.right() + gap, 0.0, width() - colours.right() - gap, static_cast<double>(height())},
        Qt::AlignLeft | Qt::AlignVCenter, endText(m_reach));
}

} // namespace spectune
