// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/StepMarks.h"

#include "visualization/Fonts.h"
#include "visualization/Marks.h"
#include "visualization/Theme.h"

namespace spectune {

namespace {
constexpr double gap = 5.0; ///< between a line and words
} // namespace

std::vector<PlacedMark> placeMarks(std::span<const StepMark> marks, const QRectF& plot, double lineHeight,
    const std::function<double(double)>& xOf, const std::function<double(const QString&)>& widthOf)
{
    std::vector<PlacedMark> placed;
    for (const StepMark& mark : marks) {
        const double x = xOf(static_cast<double>(mark.step));
        if (x < plot.left() || x > plot.right())
            continue;
        if (!placed.empty() && placed.back().step == mark.step)
            placed.back().text += QStringLiteral(", ") + mark.text;
        else
            placed.push_back({mark.step, x, mark.text, {}});
    }
    double taken = plot.left();
    for (std::size_t i = 0; i < placed.size(); ++i) {
        PlacedMark& mark = placed[i];
        const double width = widthOf(mark.text);
        const double next = i + 1 < placed.size() ? placed[i + 1].x : plot.right();
        const bool fitsRight = mark.x + gap + width <= next;
        const bool fitsLeft = mark.x - gap - width >= taken;
        if (!fitsRight && !fitsLeft)
            mark.text.clear();
        else
            mark.label = {
                fitsRight ? mark.x + gap : mark.x - gap - width, plot.bottom() - lineHeight - 2.0, width, lineHeight};
        taken = std::max(mark.x, mark.label.right());
    }
    return placed;
}

void paintMarks(QPainter& painter, std::span<const PlacedMark> marks, const QRectF& plot, double bottom)
{
    const Theme& theme = Theme::current();
    painter.save();
    for (const PlacedMark& mark : marks) {
        QPen dots(theme.text3, 1.0, Qt::CustomDashLine);
        dots.setCosmetic(true);
        dots.setDashPattern({1.0, 3.0});
        painter.setPen(dots);
        painter.drawLine(QPointF(mark.x, plot.top()), QPointF(mark.x, bottom));
        drawTriangle(painter, {mark.x, plot.top() + 3.0}, 4.0, theme.text2, /*up=*/false);
        if (mark.text.isEmpty())
            continue;
        QColor patch = theme.panel;
        patch.setAlphaF(0.85F);
        painter.fillRect(mark.label.adjusted(-2.0, 0.0, 2.0, 0.0), patch);
        painter.setFont(Fonts::caption());
        painter.setPen(theme.text2);
        drawTabular(painter, mark.label, Qt::AlignLeft, mark.text);
    }
    painter.restore();
}

} // namespace spectune
