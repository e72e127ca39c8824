// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/RunTags.h"

#include "visualization/Fonts.h"
#include "visualization/Theme.h"

#include <QPainter>

#include <array>

namespace spectune {

namespace {

constexpr double tagSize = 16.0;

} // namespace

QString RunTag::letter(int index)
{
    return QString(QChar(u'A' + index));
}

QColor RunTag::color(int index)
{
    const Theme& theme = Theme::current();
    const std::array<QColor, mostComparedRuns> colors {
        theme.loss, theme.runB, theme.revive, theme.ok, theme.eval, theme.text2};
    return colors.at(static_cast<std::size_t>(index));
}

QPen RunTag::pen(int index, double width)
{
    static const std::array<QVector<qreal>, mostComparedRuns> dashes {
        QVector<qreal> {}, {3.2, 1.6}, {1.2, 1.2}, {5.0, 1.6, 1.2, 1.6}, {7.0, 1.8}, {1.0, 2.2}};
    QPen pen(color(index), width);
    pen.setJoinStyle(Qt::RoundJoin);
    pen.setCapStyle(Qt::FlatCap);
    const QVector<qreal>& pattern = dashes.at(static_cast<std::size_t>(index));
    if (!pattern.isEmpty()) {
        pen.setDashPattern(pattern);
        pen.setDashOffset(pattern.front() / 2.0); // so that the first gap falls into a short line, too
    }
    return pen;
}

void RunTag::paint(QPainter& painter, QPointF topLeft, int index)
{
    const QRectF square(topLeft, QSizeF(tagSize, tagSize));
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(color(index));
    painter.drawRoundedRect(square, 3.0, 3.0);
    QFont font = Fonts::captionBold();
    font.setWeight(QFont::Bold);
    painter.setFont(font);
    painter.setPen(Theme::inkOn(color(index)));
    painter.drawText(square, Qt::AlignCenter, letter(index));
    painter.restore();
}

} // namespace spectune
