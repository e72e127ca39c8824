// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/StepMarks.h"

#include "visualization/Fonts.h"
#include "visualization/LabelPlace.h"
#include "visualization/Marks.h"
#include "visualization/Theme.h"

#include <algorithm>
#include <initializer_list>

namespace spectune {

namespace {

constexpr double gap = 5.0; ///< between a line and words
constexpr double between = 3.0; ///< words side by side
constexpr int rowsAtTop = 4; ///< the labels of the last and the shown step stand there, too

using Place = std::function<bool(const QRectF&)>;

/// The first free place for @p size beside the line at @p x: empty if there is none.
QRectF freePlace(double x, const QSizeF& size, const QRectF& plot, double lineHeight, const Place& isFree)
{
    std::vector<double> tops {plot.bottom() - size.height() - 2.0};
    for (int row = 0; row < rowsAtTop; ++row)
        tops.push_back(plot.top() + 2.0 + row * (lineHeight + 2.0));
    for (const double top : tops) {
        for (const double left : {x + gap, x - gap - size.width()}) {
            const QRectF label(QPointF(left, top), size);
            if (plot.contains(label) && isFree(label))
                return label;
        }
    }
    return {};
}

/// Marks inside the plot's width, those of one step as one with a line for each.
std::vector<PlacedMark> gathered(
    std::span<const StepMark> marks, const QRectF& plot, const std::function<double(double)>& xOf)
{
    std::vector<PlacedMark> placed;
    for (const StepMark& mark : marks) {
        const double x = xOf(static_cast<double>(mark.step));
        if (x < plot.left() || x > plot.right())
            continue;
        if (placed.empty() || placed.back().step != mark.step)
            placed.push_back({mark.step, x, {}, {}, {}});
        placed.back().lines.push_back(mark.text);
    }
    return placed;
}

/// @p mark's words beside its line, in one line or one for each mark; its label stays empty where there is no place.
void place(PlacedMark& mark, const QRectF& plot, double lineHeight,
    const std::function<double(const QString&)>& widthOf, std::initializer_list<Place> rules)
{
    const QStringList each = mark.lines;
    const QString whole = each.join(QStringLiteral(", "));
    for (const Place& isFree : rules) { // the strictest first
        for (const QStringList& lines : {QStringList {whole}, each}) {
            double width = 0.0;
            for (const QString& line : lines)
                width = std::max(width, widthOf(line));
            const QSizeF size(width, lineHeight * static_cast<double>(lines.size()));
            mark.label = freePlace(mark.x, size, plot, lineHeight, isFree);
            if (mark.label.isEmpty())
                continue;
            mark.lines = lines;
            mark.text = whole;
            return;
        }
    }
    mark.lines.clear();
}

} // namespace

std::vector<PlacedMark> placeMarks(std::span<const StepMark> marks, const QRectF& plot, double lineHeight,
    const std::function<double(double)>& xOf, const std::function<double(const QString&)>& widthOf,
    const MarkObstacles& obstacles)
{
    std::vector<PlacedMark> placed = gathered(marks, plot, xOf);
    std::vector<double> uprights = obstacles.uprights;
    for (const PlacedMark& mark : placed)
        uprights.push_back(mark.x);
    std::vector<QRectF> taken = obstacles.labels;
    const Place isFree = [&taken, &uprights](const QRectF& label) {
        const QRectF around = label.adjusted(-between, 0.0, between, 0.0);
        const auto meets = [&around](const QRectF& other) { return other.intersects(around); };
        const auto crosses = [&label](double x) { return x > label.left() - 1.0 && x < label.right() + 1.0; };
        return std::none_of(taken.begin(), taken.end(), meets)
            && std::none_of(uprights.begin(), uprights.end(), crosses);
    };
    const Place isClear = [&isFree, &obstacles](const QRectF& label) {
        if (!isFree(label) || !obstacles.curve)
            return isFree(label);
        const CurveBand band = bandOf(label.left(), label.right(), obstacles.curve);
        return band.isEmpty() || label.bottom() < band.top || label.top() > band.bottom;
    };
    for (PlacedMark& mark : placed) {
        place(mark, plot, lineHeight, widthOf, {isClear, isFree});
        if (!mark.label.isEmpty())
            taken.push_back(mark.label);
    }
    return placed;
}

void paintMarks(QPainter& painter, std::span<const PlacedMark> marks, const QRectF& plot, double bottom,
    const std::function<void(const QRectF& patch)>& ground)
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
        ground(mark.label.adjusted(-2.0, 0.0, 2.0, 0.0));
        painter.setFont(Fonts::caption());
        painter.setPen(theme.text2);
        const double height = mark.label.height() / static_cast<double>(mark.lines.size());
        QRectF line(mark.label.topLeft(), QSizeF(mark.label.width(), height));
        for (const QString& words : mark.lines) {
            drawTabular(painter, line, Qt::AlignLeft, words);
            line.translate(0.0, height);
        }
    }
    painter.restore();
}

} // namespace spectune
