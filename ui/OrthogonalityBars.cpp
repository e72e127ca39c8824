// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/OrthogonalityBars.h"

#include "visualization/CsvNumber.h"
#include "visualization/Fonts.h"
#include "visualization/Marks.h"
#include "visualization/NumberFormat.h"
#include "visualization/Theme.h"

#include <QPainter>

#include <algorithm>

namespace spectune {

OrthogonalityBars::OrthogonalityBars(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    setFocusPolicy(Qt::StrongFocus); // for its menu
    setAccessibleName(tr("Orthogonality of P and Q"));
}

void OrthogonalityBars::setValues(double p, double q, double medianP, double medianQ, double scale)
{
    m_values[0] = p;
    m_values[1] = q;
    m_medians[0] = medianP;
    m_medians[1] = medianQ;
    m_scale = scale > 0 ? scale : 1.0;
    setAccessibleDescription(tr("P %1, Q %2").arg(formatShort(p), formatShort(q)));
    update();
}

QString OrthogonalityBars::toCsv() const
{
    const auto line = [this](const QString& factor, int index) {
        return QStringLiteral("%1,%2,%3\n").arg(factor, csvNumber(m_values[index]), csvNumber(m_medians[index]));
    };
    return QStringLiteral("factor,norm,median\n") + line(QStringLiteral("P"), 0) + line(QStringLiteral("Q"), 1);
}

void OrthogonalityBars::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    // Hair spaces: the bars of a norm touch the letters without them.
    const QString names[2] = {QStringLiteral("‖\u200aPᵀP − I\u200a‖"), QStringLiteral("‖\u200aQQᵀ − I\u200a‖")};
    QPainter painter(this);
    painter.setFont(Fonts::caption());
    const int left = 76;
    const double barWidth = std::max(width() - left - 52, 20);
    for (int i = 0; i < 2; ++i) {
        const int y = i * 18;
        painter.setPen(theme.text3);
        painter.drawText(QRect(0, y, left, 18), Qt::AlignLeft | Qt::AlignVCenter, names[i]);
        const QRectF ground(left, y + 6, barWidth, 7);
        painter.fillRect(ground, theme.sunken);
        const auto at = [&](double value) { return std::clamp(value / m_scale, 0.0, 1.0) * barWidth; };
        painter.fillRect(QRectF(ground.left(), ground.top(), at(m_values[i]), ground.height()), theme.orth);
        painter.fillRect(
            QRectF(ground.left() + at(m_medians[i]), ground.top() - 3, 1, ground.height() + 6), theme.text);
        painter.setPen(theme.text);
        drawTabular(
            painter, QRectF(width() - 50, y, 50, 18), Qt::AlignRight | Qt::AlignVCenter, formatShort(m_values[i]));
    }
    if (hasFocus())
        drawFocusFrame(painter, rect(), theme.focus);
}

} // namespace spectune
