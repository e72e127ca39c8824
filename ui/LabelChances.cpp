// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/LabelChances.h"

#include "visualization/Fonts.h"
#include "visualization/NumberFormat.h"
#include "visualization/Theme.h"

#include <QEvent>
#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>

namespace spectune {

namespace {
constexpr int keyHeight = 18;
constexpr int rowHeight = 22;
constexpr double swatchWidth = 16.0;
constexpr double barHeight = 6.0;
constexpr double figureWidth = 88.0; ///< "12 % → 100 %"

QColor colorOf(int side)
{
    const Theme& theme = Theme::current();
    return side == 1 ? theme.loss : theme.text3;
}

/// Above the bars: which is whose; above the figures: in which order.
void drawKey(QPainter& painter, double left, double width)
{
    const QString names[] = {LabelChances::tr("base"), LabelChances::tr("tuned")};
    painter.setFont(Fonts::caption());
    const QFontMetricsF metrics(painter.font());
    double x = left;
    for (int side = 0; side < 2; ++side) {
        painter.fillRect(QRectF(x, (keyHeight - barHeight) / 2.0, swatchWidth, barHeight), colorOf(side));
        x += swatchWidth + 5.0;
        painter.setPen(Theme::current().text2);
        painter.drawText(
            QRectF(x, 0, metrics.horizontalAdvance(names[side]) + 1.0, keyHeight), Qt::AlignVCenter, names[side]);
        x += metrics.horizontalAdvance(names[side]) + 14.0;
    }
    painter.setPen(Theme::current().text3);
    painter.drawText(
        QRectF(0, 0, width, keyHeight), Qt::AlignRight | Qt::AlignVCenter, names[0] + QStringLiteral(" → ") + names[1]);
}

} // namespace

LabelChances::LabelChances(QWidget* parent)
    : QWidget(parent)
{
    setAccessibleName(tr("Labels with their probabilities"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void LabelChances::setLabels(std::vector<Label> labels)
{
    m_labels = std::move(labels);
    QStringList spoken;
    for (const Label& label : m_labels)
        spoken << tr("%1: base %2, tuned %3")
                      .arg(label.text, formatPercent(std::max(label.chances[0], 0.0)),
                          formatPercent(std::max(label.chances[1], 0.0)));
    setAccessibleDescription(spoken.join(QStringLiteral("; ")));
    updateGeometry();
    update();
}

QSize LabelChances::sizeHint() const
{
    return {320, m_labels.empty() ? 0 : keyHeight + static_cast<int>(m_labels.size()) * rowHeight};
}

QSize LabelChances::minimumSizeHint() const
{
    return {240, sizeHint().height()};
}

void LabelChances::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    double names = 40.0;
    for (const Label& label : m_labels)
        names = std::max(names, QFontMetricsF(Fonts::bodyMedium()).horizontalAdvance(label.text));
    names = std::min(names, width() * 0.4);
    const double left = names + 10.0;
    const double room = std::max(10.0, width() - left - figureWidth - 8.0);
    if (!m_labels.empty())
        drawKey(painter, left, width());
    for (std::size_t i = 0; i < m_labels.size(); ++i) {
        const Label& label = m_labels[i];
        const double top = keyHeight + static_cast<double>(i) * rowHeight;
        painter.setFont(label.expected ? Fonts::heading() : Fonts::body());
        painter.setPen(label.expected ? theme.text : theme.text2);
        painter.drawText(QRectF(0, top, names, rowHeight), Qt::AlignLeft | Qt::AlignVCenter,
            QFontMetricsF(painter.font()).elidedText(label.text, Qt::ElideRight, names));
        QStringList figures;
        for (int side = 0; side < 2; ++side) {
            const QRectF track(left, top + 4.0 + side * (barHeight + 2.0), room, barHeight);
            painter.fillRect(track, theme.sunken);
            if (label.chances[side] < 0.0)
                continue;
            const double share = std::min(label.chances[side], 1.0);
            painter.fillRect(QRectF(track.topLeft(), QSizeF(std::max(1.0, share * room), barHeight)), colorOf(side));
            figures << formatPercent(share);
        }
        painter.setFont(Fonts::caption());
        painter.setPen(theme.text2);
        drawTabular(painter, {width() - figureWidth, top, figureWidth, static_cast<double>(rowHeight)},
            Qt::AlignRight | Qt::AlignVCenter, figures.join(QStringLiteral(" → ")));
    }
}

void LabelChances::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        update();
    QWidget::changeEvent(event);
}

} // namespace spectune
