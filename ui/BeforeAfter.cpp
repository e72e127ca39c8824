// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/BeforeAfter.h"

#include "visualization/Fonts.h"
#include "visualization/Marks.h"
#include "visualization/NumberFormat.h"
#include "visualization/Theme.h"

#include <QEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

constexpr int rowHeight = 56;
constexpr double lineAt = 25.0; ///< of the track, below the row's top
constexpr double labelsAt = 34.0;
constexpr double labelHeight = 14.0;

BeforeAfterRow rowOf(const QString& name, const Estimate& base, const Estimate& tuned, bool lessIsBetter)
{
    BeforeAfterRow row;
    row.name = name;
    row.sides[0] = base;
    row.sides[1] = tuned;
    row.better = lessIsBetter ? tuned.value < base.value : tuned.value > base.value;
    row.certain = std::abs(tuned.value - base.value) > base.half + tuned.half;
    row.low = 0.0;
    row.high = std::max(base.value + base.half, tuned.value + tuned.half) * 1.1;
    return row;
}

void name(BeforeAfterRow& row, const QString& base, const QString& tuned)
{
    row.texts[0] = BeforeAfter::tr("base %1").arg(base);
    row.texts[1] = BeforeAfter::tr("tuned %1").arg(tuned);
}

QString signedText(double difference, const QString& magnitude)
{
    return (difference < 0 ? QStringLiteral("−") : QStringLiteral("+")) + magnitude;
}

/// exp of a mean loss; its interval by the derivative.
Estimate perplexityOf(const Estimate& loss)
{
    const double value = std::exp(loss.value);
    return {.value = value, .half = value * loss.half};
}

} // namespace

std::vector<BeforeAfterRow> beforeAfterRows(const TryScores& scores)
{
    std::vector<BeforeAfterRow> rows;
    if (scores.tokens > 0) {
        BeforeAfterRow loss = rowOf(BeforeAfter::tr("Evaluation loss"), scores.loss[0], scores.loss[1], true);
        const double difference = scores.loss[1].value - scores.loss[0].value;
        loss.change = signedText(difference, formatLoss(std::abs(difference)));
        name(loss, formatLoss(scores.loss[0].value), formatLoss(scores.loss[1].value));
        rows.push_back(loss);
        const Estimate base = perplexityOf(scores.loss[0]);
        const Estimate tuned = perplexityOf(scores.loss[1]);
        BeforeAfterRow perplexity = rowOf(BeforeAfter::tr("Perplexity"), base, tuned, true);
        perplexity.change = signedText(tuned.value - base.value, formatShort(std::abs(tuned.value - base.value)));
        name(perplexity, formatShort(base.value), formatShort(tuned.value));
        rows.push_back(perplexity);
    }
    if (scores.answered > 0) {
        BeforeAfterRow exact = rowOf(BeforeAfter::tr("Exact match"), scores.exact[0], scores.exact[1], false);
        exact.high = 1.0;
        const double points = 100.0 * (scores.exact[1].value - scores.exact[0].value);
        exact.change = BeforeAfter::tr("%1 points").arg(signedText(points, formatFixed(std::abs(points), 1)));
        name(exact, BeforeAfter::tr("%1 %").arg(formatFixed(100.0 * scores.exact[0].value, 1)),
            BeforeAfter::tr("%1 %").arg(formatFixed(100.0 * scores.exact[1].value, 1)));
        rows.push_back(exact);
    }
    return rows;
}

BeforeAfter::BeforeAfter(QWidget* parent)
    : QWidget(parent)
{
    setAccessibleName(tr("Before and after"));
}

void BeforeAfter::setRows(std::vector<BeforeAfterRow> rows)
{
    m_rows = std::move(rows);
    QStringList spoken;
    for (const BeforeAfterRow& row : m_rows)
        spoken << QStringLiteral("%1: %2, %3, %4").arg(row.name, row.texts[0], row.texts[1], row.change);
    setAccessibleDescription(spoken.join(QStringLiteral("; ")));
    updateGeometry();
    update();
}

BeforeAfter::Place BeforeAfter::placeOf(const BeforeAfterRow& row, double left, double right, double top) const
{
    Place place;
    const double span = std::max(row.high - row.low, 1e-12);
    const auto at = [&](double value) {
        return left + 5.0 + std::clamp((value - row.low) / span, 0.0, 1.0) * (right - left - 10.0);
    };
    double widths[2] = {};
    for (int side = 0; side < 2; ++side) {
        const Estimate& estimate = row.sides[side];
        place.x[side] = at(estimate.value);
        place.from[side] = at(estimate.value - estimate.half);
        place.to[side] = at(estimate.value + estimate.half);
        widths[side] = tabularWidth(side == 1 ? Fonts::captionBold() : Fonts::caption(), row.texts[side]);
        const double x = std::clamp(place.x[side] - widths[side] / 2.0, left, std::max(left, right - widths[side]));
        place.labels[side] = QRectF(x, top + labelsAt, widths[side], labelHeight);
    }
    // Two that would touch move apart around their middle, and back inside.
    const int first = place.x[0] <= place.x[1] ? 0 : 1;
    QRectF& a = place.labels[first];
    QRectF& b = place.labels[1 - first];
    constexpr double apart = 10.0;
    if (a.right() + apart > b.left()) {
        const double both = a.width() + apart + b.width();
        const double from = std::clamp((place.x[0] + place.x[1] - both) / 2.0, left, std::max(left, right - both));
        a.moveLeft(from);
        b.moveLeft(from + a.width() + apart);
    }
    return place;
}

QSize BeforeAfter::sizeHint() const
{
    return {240, static_cast<int>(m_rows.size()) * rowHeight};
}

QSize BeforeAfter::minimumSizeHint() const
{
    return {200, sizeHint().height()};
}

void BeforeAfter::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const double right = width();
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        const BeforeAfterRow& row = m_rows[i];
        const double top = static_cast<double>(i) * rowHeight;
        painter.setFont(Fonts::bodyMedium());
        painter.setPen(theme.text);
        drawTabular(painter, {0, top, right, 17}, Qt::AlignLeft, row.name);
        painter.setFont(Fonts::captionBold());
        painter.setPen(!row.certain ? theme.text2 : row.better ? theme.ok : theme.error);
        drawTabular(painter, {0, top, right, 17}, Qt::AlignRight, row.change);
        const Place place = placeOf(row, 0.0, right, top);
        const double y = top + lineAt;
        painter.setPen(QPen(theme.line, 4.0, Qt::SolidLine, Qt::RoundCap));
        painter.drawLine(QPointF(2.0, y), QPointF(right - 2.0, y));
        painter.setPen(QPen(theme.text3, 2.0));
        painter.drawLine(QPointF(place.x[0], y), QPointF(place.x[1], y));
        for (int side = 0; side < 2; ++side) {
            const QColor color = side == 1 ? theme.loss : theme.text2;
            painter.setPen(QPen(color, 1.0));
            for (const double end : {place.from[side], place.to[side]})
                painter.drawLine(QPointF(end, y - 4.0), QPointF(end, y + 4.0));
            painter.drawLine(QPointF(place.from[side], y), QPointF(place.to[side], y));
            painter.setPen(QPen(side == 1 ? theme.panel : color, 1.5));
            painter.setBrush(side == 1 ? color : theme.panel);
            painter.drawEllipse(QPointF(place.x[side], y), 4.5, 4.5);
            painter.setFont(side == 1 ? Fonts::captionBold() : Fonts::caption());
            painter.setPen(color);
            drawTabular(painter, place.labels[side], Qt::AlignLeft, row.texts[side]);
        }
    }
}

void BeforeAfter::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        update();
    QWidget::changeEvent(event);
}

} // namespace spectune
