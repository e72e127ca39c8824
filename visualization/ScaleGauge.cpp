// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/ScaleGauge.h"

#include "visualization/Fonts.h"
#include "visualization/Marks.h"
#include "visualization/NumberFormat.h"
#include "visualization/Theme.h"

#include <QStringList>

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

constexpr double nearTicks = 8.0; // px between two ticks that look like one
constexpr double mostPushed = 12.0; // px that words may be from their tick

/// From the fullest words to the shortest: its zone alone tells that it is low.
QStringList usualWords(double usual, double fineFrom)
{
    const QString number = plain(usual);
    QStringList words {ScaleGauge::tr("default %1").arg(number)};
    if (usual < fineFrom) {
        words.prepend(ScaleGauge::tr("default %1, too low").arg(number));
        words.prepend(ScaleGauge::tr("default %1, too low for this width").arg(number));
    }
    return words;
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
        tr("%1, fine from %2, %3").arg(formatFixed(scale, 2), plain(fineFrom), usualWords(usual, fineFrom).front()));
    update();
}

double ScaleGauge::xOf(double scale) const
{
    const double place = std::log(std::clamp(scale, lowest, highest) / lowest) / std::log(highest / lowest);
    return inset + (width() - 2.0 * inset) * place;
}

std::array<ScaleGauge::Label, 2> ScaleGauge::labels() const
{
    constexpr double apart = 10.0;
    const auto widthOf = [](const QString& text) { return tabularWidth(Fonts::caption(), text); };
    const double room = width();
    const double fine = xOf(m_fineFrom);
    const double usual = xOf(m_usual);
    const QString fineText = tr("fine from %1").arg(plain(m_fineFrom));
    const double fineWidth = widthOf(fineText);
    const QStringList words = usualWords(m_usual, m_fineFrom);
    const auto fits = [&](const QString& text) {
        const double taken = widthOf(text) + apart;
        return taken + fineWidth <= room && (!isUsualLow() || taken <= fine + mostPushed);
    };
    const auto found = std::find_if(words.begin(), words.end(), fits);
    const QString usualText = found == words.end() ? words.back() : *found;
    const double usualWidth = widthOf(usualText);
    double fineLeft = std::clamp(fine, 0.0, std::max(0.0, room - fineWidth));
    double usualLeft = std::clamp(usual - 4.0, 0.0, std::max(0.0, room - usualWidth));
    if (isUsualLow()) { // the default stands in the warning zone, and its words left of the other ones
        usualLeft = std::max(0.0, std::min(usual + 4.0, fineLeft - apart) - usualWidth);
        fineLeft = std::max(fineLeft, usualLeft + usualWidth + apart);
    } else if (fineLeft + fineWidth + apart > usualLeft) {
        fineLeft = std::max(0.0, usualLeft - fineWidth - apart);
        usualLeft = std::max(usualLeft, fineLeft + fineWidth + apart);
    }
    return {
        {{fineText, {fineLeft, 0.0, fineWidth, 14.0}, fine}, {usualText, {usualLeft, 0.0, usualWidth, 14.0}, usual}}};
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
    const std::array<Label, 2> words = labels();
    const bool areNear = std::abs(words[0].tick - words[1].tick) < nearTicks;
    for (const Label& label : words) { // beside the default's, the other one is no higher than its zone
        const bool isShort = areNear && &label == &words.front();
        drawUpright(painter, label.tick, axisY - (isShort ? 6.0 : 9.0), axisY, theme.text2);
        drawTabular(painter, label.place, Qt::AlignLeft, label.text);
    }
    if (m_scale > 0.0 && std::isfinite(m_scale)) {
        drawDiamond(painter, {xOf(m_scale), axisY - 3.0}, 5.0, isLow() ? theme.warn : theme.text, theme.panel);
    }
}

} // namespace spectune
