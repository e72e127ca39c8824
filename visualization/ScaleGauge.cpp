// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/ScaleGauge.h"

#include "visualization/Fonts.h"
#include "visualization/Marks.h"
#include "visualization/NumberFormat.h"
#include "visualization/Theme.h"

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

constexpr double lowest = 0.05;
constexpr double highest = 8.0;
constexpr double inset = 7.0;
constexpr double axisY = 22.0;

QString plain(double value)
{
    return QString::number(value, 'g', value < 0.1 || value == 0.125 ? 3 : 2);
}

} // namespace

ScaleGauge::ScaleGauge(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Effective scale"));
}

void ScaleGauge::setScale(double scale, double fineFrom, double usual)
{
    m_scale = scale;
    m_fineFrom = fineFrom;
    m_usual = usual;
    setAccessibleDescription(
        tr("%1, fine from %2, default %3").arg(formatFixed(scale, 2), plain(fineFrom), plain(usual)));
    update();
}

double ScaleGauge::xOf(double scale) const
{
    const double place = std::log(std::clamp(scale, lowest, highest) / lowest) / std::log(highest / lowest);
    return inset + (width() - 2.0 * inset) * place;
}

void ScaleGauge::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const double fine = xOf(m_fineFrom);
    painter.fillRect(QRectF(inset, axisY - 6.0, fine - inset, 6.0), theme.warnFill);
    painter.fillRect(QRectF(fine, axisY - 6.0, xOf(highest) - fine, 6.0), theme.phaseCubic);
    drawLevel(painter, axisY + 0.5, inset, xOf(highest), theme.lineStrong);
    painter.setFont(Fonts::caption());
    for (const double tick : {0.05, 0.125, 0.5, 2.0, 8.0}) {
        drawUpright(painter, xOf(tick), axisY, axisY + 4.0, theme.lineStrong);
        const double width_ = tabularWidth(Fonts::caption(), plain(tick));
        const double left = centredInside(xOf(tick), width_, 0.0, width());
        painter.setPen(theme.text3);
        drawTabular(painter, {left, axisY + 6.0, width_, 14.0}, Qt::AlignLeft, plain(tick));
    }
    painter.setPen(theme.text2);
    const QString fineText = tr("fine from %1").arg(plain(m_fineFrom));
    const QString usualText = tr("default %1").arg(plain(m_usual));
    const double fineWidth = tabularWidth(Fonts::caption(), fineText);
    const double usualWidth = tabularWidth(Fonts::caption(), usualText);
    double fineLeft = std::clamp(fine, 0.0, width() - fineWidth);
    double usualLeft = std::clamp(xOf(m_usual) - 4.0, 0.0, width() - usualWidth);
    if (m_usual < m_fineFrom) { // a narrow model: the default stands in the warning zone
        usualLeft = std::max(0.0, std::min(xOf(m_usual) + 4.0, fineLeft - 10.0) - usualWidth);
    } else if (fineLeft + fineWidth + 10.0 > usualLeft) {
        fineLeft = std::max(0.0, usualLeft - fineWidth - 10.0);
    }
    drawTabular(painter, {fineLeft, 0.0, fineWidth, 14.0}, Qt::AlignLeft, fineText);
    drawTabular(painter, {usualLeft, 0.0, usualWidth, 14.0}, Qt::AlignLeft, usualText);
    if (m_scale > 0.0 && std::isfinite(m_scale)) {
        drawDiamond(painter, {xOf(m_scale), axisY - 3.0}, 5.0, isLow() ? theme.warn : theme.text, theme.panel);
    }
}

} // namespace spectune
