// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/Fonts.h"
#include "visualization/Marks.h"
#include "visualization/NumberFormat.h"
#include "visualization/PlotAxes.h"
#include "visualization/Theme.h"
#include "visualization/TripletListColumns.h"

#include <QPaintEvent>
#include <QScrollBar>

#include <algorithm>
#include <cmath>

namespace spectune {

using namespace tripletlist;

TripletList::Columns TripletList::columns() const
{
    const double width = viewport()->width() - (verticalScrollBar()->maximum() > 0 ? scrollWidth + 5.0 : 1.0);
    Columns c;
    c.index = 16.0;
    c.bar = 24.0;
    c.when = width;
    c.mark = width - 48.0;
    const double middle = c.mark - 10.0 - c.bar; // bar, value, score share it
    c.barWidth = std::floor(middle * 0.38);
    c.value = c.bar + c.barWidth + 46.0;
    c.score = c.value + 6.0;
    c.scoreWidth = std::max(30.0, c.mark - 10.0 - c.score);
    return c;
}

bool TripletList::hasThreshold() const
{
    return m_snapshot->hasScores && m_snapshot->eventStep >= 0 && m_snapshot->nearestStep < 0;
}

double TripletList::scoreX(double score, const Columns& c) const
{
    const double place = score > 0.0 ? (std::log10(score) - c.logLow) / (c.logHigh - c.logLow) : 0.0;
    return c.score + c.scoreWidth * std::clamp(place, 0.0, 1.0);
}

void TripletList::fitScores(Columns& c, int first, int last) const
{
    PositiveRange scores;
    for (int row = first; row < last; ++row) {
        scores.take(static_cast<double>(triplet(row).score));
    }
    if (hasThreshold()) {
        scores.take(static_cast<double>(m_snapshot->threshold));
    }
    if (scores.isEmpty()) {
        return;
    }
    const double low = std::log10(scores.low());
    const double high = std::log10(scores.high());
    const double pad = std::max(0.15, (high - low) * 0.08);
    c.logLow = low - pad;
    c.logHigh = high + pad;
}

void TripletList::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(viewport());
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(viewport()->rect(), theme.panel);
    if (!m_snapshot) {
        return;
    }
    Columns c = columns();
    const int first = verticalScrollBar()->value();
    const int last = std::min(static_cast<int>(m_rows.size()), first + visibleRows());
    fitScores(c, first, last);
    const double top = headHeight + (verticalScrollBar()->maximum() > 0 ? restHeight : 0.0);
    const bool scored = m_snapshot->hasScores;
    if (scored) {
        painter.fillRect(QRectF(c.score, top, c.scoreWidth, (last - first) * rowHeight), theme.sunken);
    }
    paintHead(painter, c);
    for (int row = first; row < last; ++row) {
        paintRow(painter, row, top + (row - first) * rowHeight, c);
    }
    if (hasThreshold()) {
        paintThreshold(painter, first, last, c);
    }
    paintRest(painter, first, last, c);
    paintScroll(painter, first, last);
    if (hasFocus() && m_selected < 0) {
        drawFocusFrame(painter, viewport()->rect(), theme.focus);
    }
}

void TripletList::paintHead(QPainter& painter, const Columns& c) const
{
    painter.setFont(Fonts::caption());
    painter.setPen(Theme::current().text3);
    const auto head = [&](double left, double right, Qt::Alignment alignment, const QString& text) {
        drawTabular(painter, {left, 0.0, right - left, 14.0}, alignment, text);
    };
    head(0.0, c.index, Qt::AlignLeft, QStringLiteral("#"));
    head(c.bar, c.bar + 40.0, Qt::AlignLeft, QStringLiteral("|λ|"));
    head(c.value - 30.0, c.value, Qt::AlignRight, QStringLiteral("λ"));
    if (m_snapshot->hasScores) {
        head(c.score, c.mark, Qt::AlignLeft, tr("score S (log)"));
    } else {
        head(c.score, c.when, Qt::AlignRight, tr("no scores"));
    }
}

void TripletList::paintRow(QPainter& painter, int row, double y, const Columns& c) const
{
    const Theme& theme = Theme::current();
    const TripletState& state = triplet(row);
    const int index = m_rows[static_cast<std::size_t>(row)];
    const bool chosen = index == m_selected;
    const bool kept = state.kept;
    const bool back = kept && state.revivedAt >= 0 && state.revivedAt == m_snapshot->eventStep;
    if (chosen) {
        painter.fillRect(QRectF(0.0, y, viewport()->width(), rowHeight), theme.raised);
        drawLevel(painter, y + 0.5, 0.0, viewport()->width(), theme.line);
        drawLevel(painter, y + rowHeight - 0.5, 0.0, viewport()->width(), theme.line);
        if (hasFocus()) {
            drawFocusFrame(painter, {0.0, y, viewport()->width() + 0.0, rowHeight + 0.0}, theme.focus);
        }
    }
    const double centre = y + rowHeight / 2.0;
    painter.setFont(chosen ? Fonts::captionBold() : Fonts::caption());
    painter.setPen(chosen ? theme.text : theme.text3);
    drawTabular(painter, {0.0, y, c.index, rowHeight + 0.0}, Qt::AlignRight, QString::number(index));

    const QColor color = !kept ? theme.text3 : back ? theme.revive : theme.loss;
    const double length = c.barWidth * std::abs(static_cast<double>(state.lambda)) / m_lambdaMax;
    painter.fillRect(QRectF(c.bar, std::round(centre - 5.5), std::max(1.0, std::round(length)), 11.0), color);
    painter.setFont(chosen ? Fonts::captionBold() : Fonts::caption());
    painter.setPen(kept ? theme.text : theme.text3);
    drawTabular(painter, {c.value - 60.0, y, 60.0, rowHeight + 0.0}, Qt::AlignRight,
        formatFixed(static_cast<double>(state.lambda), 3));
    if (m_snapshot->hasScores) {
        const QPointF dot(scoreX(static_cast<double>(state.score), c), centre);
        drawLevel(painter, centre, c.score, dot.x(), kept ? theme.text3 : theme.lineStrong, 1.0);
        painter.setPen(kept ? QPen(Qt::NoPen) : QPen(theme.text3, 1.4));
        painter.setBrush(kept ? color : theme.sunken);
        painter.drawEllipse(dot, kept ? 3.2 : 2.8, kept ? 3.2 : 2.8);
    }
    if (m_snapshot->eventStep >= 0) {
        paintMark(painter, state, y, c);
    }
}

void TripletList::paintMark(QPainter& painter, const TripletState& state, double y, const Columns& c) const
{
    const Theme& theme = Theme::current();
    const bool back = state.kept && state.revivedAt >= 0;
    const QPointF centre(c.mark, y + rowHeight / 2.0);
    const QRectF when(c.mark + 6.0, y, c.when - c.mark - 6.0, rowHeight);
    painter.setFont(Fonts::caption());
    if (!state.kept || back) {
        const QColor color = back ? theme.revive : theme.prune;
        drawTriangle(painter, centre, 4.0, color, back);
        painter.setPen(color);
        const std::int32_t step = back ? state.revivedAt : state.prunedAt;
        drawTabular(painter, when, Qt::AlignRight, step < 0 ? tr("pruned") : formatCount(step));
        return;
    }
    painter.setPen(QPen(theme.text3, 1.4));
    painter.drawPolyline(QPolygonF {centre + QPointF(-4, 0.2), centre + QPointF(-1.2, 3), centre + QPointF(4, -3.4)});
    painter.setPen(theme.text3);
    drawTabular(painter, when, Qt::AlignRight, tr("kept"));
}

void TripletList::paintThreshold(QPainter& painter, int first, int last, const Columns& c) const
{
    const Theme& theme = Theme::current();
    const bool scrolls = verticalScrollBar()->maximum() > 0;
    const double top = headHeight + (scrolls ? restHeight : 0.0);
    const double bottom = top + (last - first) * rowHeight;
    const double x = scoreX(static_cast<double>(m_snapshot->threshold), c);
    const double ratio = devicePixelRatioF();
    QPen dashes(theme.text, 0);
    dashes.setDashPattern({3.0 * ratio, 2.0 * ratio});
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setPen(dashes);
    painter.drawLine(QPointF(x, top), QPointF(x, bottom + 3.0));
    if (m_order == TripletOrder::Score && m_keptRows > first && m_keptRows < last) {
        dashes.setColor(theme.text3);
        painter.setPen(dashes);
        const double y = top + (m_keptRows - first) * rowHeight;
        painter.drawLine(QPointF(0.0, y), QPointF(viewport()->width(), y));
    }
    painter.restore();
    const QString words = tr("threshold %1").arg(formatScientific(static_cast<double>(m_snapshot->threshold)));
    const double width = tabularWidth(Fonts::caption(), words);
    const double left = centredInside(x, width, 0.0, viewport()->width());
    painter.setFont(Fonts::caption());
    painter.setPen(theme.text2);
    drawTabular(painter, {left, bottom + 3.0, width, 15.0}, Qt::AlignLeft, words);
}

void TripletList::paintRest(QPainter& painter, int first, int last, const Columns& c) const
{
    if (verticalScrollBar()->maximum() == 0) {
        return;
    }
    const Theme& theme = Theme::current();
    const int count = static_cast<int>(m_rows.size());
    const auto line = [&](double y, int from, int to, const QString& where) {
        if (from >= to) {
            return;
        }
        int kept = 0;
        for (int row = from; row < to; ++row) {
            kept += triplet(row).kept ? 1 : 0;
        }
        const QString what = kept == to - from ? tr("all kept")
            : kept == 0                        ? tr("all pruned")
                                               : tr("%1 kept").arg(kept);
        painter.setFont(Fonts::caption());
        painter.setPen(theme.text2);
        const QRectF place(0.0, y, c.when, restHeight);
        drawTabular(painter, place, Qt::AlignLeft, QStringLiteral("%1 %2, %3").arg(to - from).arg(where, what));
        if (m_order == TripletOrder::Score && m_snapshot->hasScores) {
            const bool above = from == 0;
            const double score = static_cast<double>(triplet(above ? from : to - 1).score);
            painter.setPen(theme.text3);
            drawTabular(painter, place, Qt::AlignRight,
                (above ? tr("S up to %1") : tr("S down to %1")).arg(formatScientific(score)));
        }
    };
    line(headHeight - 2.0, 0, first, tr("more above"));
    line(headHeight + restHeight + (last - first) * rowHeight + (hasThreshold() ? footHeight : 2.0), last, count,
        tr("more below"));
}

void TripletList::paintScroll(QPainter& painter, int first, int last) const
{
    if (verticalScrollBar()->maximum() == 0) {
        return;
    }
    const Theme& theme = Theme::current();
    const QRectF ground(
        viewport()->width() - scrollWidth - 0.0, headHeight + restHeight, scrollWidth, (last - first) * rowHeight);
    const double perRow = ground.height() / static_cast<double>(m_rows.size());
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.phaseEnd);
    painter.drawRoundedRect(ground, scrollWidth / 2.0, scrollWidth / 2.0);
    painter.setBrush(theme.lineStrong);
    painter.drawRoundedRect(QRectF(ground.left(), ground.top() + first * perRow, scrollWidth, (last - first) * perRow),
        scrollWidth / 2.0, scrollWidth / 2.0);
    if (m_order == TripletOrder::Score && m_keptRows < static_cast<int>(m_rows.size())) {
        drawLevel(painter, ground.top() + m_keptRows * perRow, ground.left() - 3.0, ground.right(), theme.text, 2.0);
    }
}

} // namespace spectune
