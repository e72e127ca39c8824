// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/Fonts.h"
#include "visualization/Marks.h"
#include "visualization/NumberFormat.h"
#include "visualization/PlotAxes.h"
#include "visualization/Theme.h"
#include "visualization/TripletHistory.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

using Mark = TripletHistory::Mark;

QColor colorOf(Mark mark, bool chosen)
{
    const Theme& theme = Theme::current();
    switch (mark) {
    case Mark::Kept: {
        QColor kept = theme.loss;
        kept.setAlphaF(chosen ? 1.0F : TripletHistory::keptAlpha(theme.dark));
        return kept;
    }
    case Mark::Pruned: return theme.sunken;
    case Mark::Fell: return theme.prune;
    case Mark::CameBack: return theme.revive;
    case Mark::Nothing: break;
    }
    return Qt::transparent;
}

/// The pixels of a row as runs of one mark.
template <typename Use>
void forRuns(const std::vector<Mark>& marks, const QRectF& row, Use use)
{
    for (std::size_t from = 0; from < marks.size();) {
        std::size_t to = from + 1;
        while (to < marks.size() && marks[to] == marks[from]) {
            ++to;
        }
        use(marks[from],
            QRectF(row.left() + static_cast<double>(from), row.top(), static_cast<double>(to - from), row.height()));
        from = to;
    }
}

/// A row's marks, one pixel each. What fell is marked low and what came back high, as the heatmap's corners are: where
/// a mark stands tells them apart as well as its colour does.
void paintMarks(QPainter& painter, const QRectF& row, const std::vector<Mark>& marks, bool chosen)
{
    forRuns(marks, row, [&](Mark mark, const QRectF& place) {
        const Mark state = mark == Mark::Fell ? Mark::Pruned : mark == Mark::CameBack ? Mark::Kept : mark;
        painter.fillRect(place, colorOf(state, chosen));
    });
    forRuns(marks, row, [&](Mark mark, QRectF place) {
        if (mark != Mark::Fell && mark != Mark::CameBack) {
            return;
        }
        place.setWidth(std::max(2.0, place.width()));
        place.setHeight(std::ceil(row.height() / 2.0));
        if (mark == Mark::Fell) {
            place.moveBottom(row.bottom());
        }
        painter.fillRect(place, colorOf(mark, chosen));
    });
}

} // namespace

void TripletHistory::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const double ratio = devicePixelRatioF();
    if (m_picture.size() != (QSizeF(size()) * ratio).toSize() || m_picture.devicePixelRatio() != ratio) {
        m_picture = QPixmap((QSizeF(size()) * ratio).toSize());
        m_picture.setDevicePixelRatio(ratio);
        QPainter once(&m_picture);
        paintPicture(once);
    }
    painter.drawPixmap(0, 0, m_picture);
    if (m_steps.empty()) {
        return;
    }
    paintOverlay(painter);
    if (hasFocus()) {
        drawFocusFrame(painter, rect(), Theme::current().focus);
    }
}

void TripletHistory::paintOn(QPaintDevice& device)
{
    QPainter painter(&device);
    paintPicture(painter);
    if (!m_steps.empty()) {
        paintOverlay(painter);
    }
}

void TripletHistory::paintOverlay(QPainter& painter) const
{
    if (m_shown >= 0) {
        drawUpright(painter, xOf(m_shown), 0.0, plot().bottom(), Theme::current().focus, 1.5);
    }
    if (m_hasCurve) {
        paintCaption(painter);
    }
}

void TripletHistory::paintPicture(QPainter& painter)
{
    painter.fillRect(rect(), Theme::current().panel);
    m_hasCurve = false;
    if (m_steps.empty()) {
        return;
    }
    paintStrip(painter);
    m_hasCurve = paintScores(painter);
    paintAxis(painter);
    paintLegend(painter);
}

void TripletHistory::paintStrip(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRectF rows = strip();
    const double tall = rowHeight();
    painter.fillRect(rows, theme.phaseEnd);
    const int columns = static_cast<int>(rows.width());
    painter.setFont(Fonts::caption());
    for (int triplet = 0; triplet < m_rank; ++triplet) {
        const double y = rows.top() + triplet * tall;
        const bool chosen = triplet == m_selected;
        paintMarks(painter, {rows.left(), y, rows.width(), tall - 1.0}, marksOf(triplet, columns), chosen);
        if (chosen || (m_selected < 0 && triplet == 0)) {
            painter.setPen(theme.text2);
            drawTabular(
                painter, {0.0, y - 3.0, numbersWidth - 5.0, tall + 5.0}, Qt::AlignRight, QString::number(triplet));
        }
    }
}

void TripletHistory::paintLegend(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    painter.setFont(Fonts::caption());
    for (const LegendEntry& entry : legend()) {
        painter.fillRect(entry.piece, theme.phaseEnd);
        paintMarks(painter, entry.piece.adjusted(0.0, 0.0, 0.0, -1.0), entry.sample, true);
        painter.setPen(theme.text3);
        drawTabular(painter, entry.place, Qt::AlignLeft | Qt::AlignVCenter, entry.text);
    }
}

void TripletHistory::paintAxis(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRectF ground = plot();
    drawLevel(painter, ground.bottom() + 0.5, ground.left(), ground.right(), theme.line);
    painter.setFont(Fonts::caption());
    for (const AxisLabel& label : axisLabels()) {
        drawUpright(
            painter, std::min(label.x, ground.right() - 0.5), ground.bottom(), ground.bottom() + 4.0, theme.lineStrong);
        painter.setPen(theme.text3);
        drawTabular(painter, label.place, Qt::AlignLeft, label.text);
    }
}

bool TripletHistory::paintScores(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRectF ground = plot();
    const QRectF place = ground.adjusted(0.0, 15.0, 0.0, -2.0); // below the words
    painter.fillRect(ground, theme.sunken);
    if (m_selected < 0 || m_selected >= m_rank) {
        return false;
    }
    const auto momentAt = [&](std::size_t event) -> const TripletMoment& {
        return m_moments[event * static_cast<std::size_t>(m_rank) + static_cast<std::size_t>(m_selected)];
    };
    PositiveRange range;
    for (std::size_t event = 0; event < m_steps.size(); ++event) {
        if (momentAt(event).hasScore) {
            range.take(static_cast<double>(momentAt(event).score));
            range.take(static_cast<double>(m_thresholds[event]));
        }
    }
    if (range.isEmpty()) {
        return false;
    }
    const double room = std::max(1.2, std::pow(range.high() / range.low(), 0.08));
    const double from = std::log(range.low() / room);
    const double span = std::log(range.high() * room) - from;
    const auto yOf = [&](double value) {
        return place.bottom()
            - place.height() * std::clamp((std::log(std::max(value, 1e-300)) - from) / span, 0.0, 1.0);
    };
    QPolygonF scores;
    QPolygonF thresholds;
    for (std::size_t event = 0; event < m_steps.size(); ++event) {
        if (momentAt(event).hasScore) {
            scores << QPointF(xOf(m_steps[event]), yOf(static_cast<double>(momentAt(event).score)));
            thresholds << QPointF(xOf(m_steps[event]), yOf(static_cast<double>(m_thresholds[event])));
        }
    }
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    QPen dashes(theme.text, 1.0);
    dashes.setDashPattern({3.0, 2.0});
    painter.setPen(dashes);
    painter.drawPolyline(thresholds);
    painter.setPen(QPen(theme.loss, 1.5));
    painter.drawPolyline(scores);
    painter.restore();
    return true;
}

/// On a ground of its own, so that the shown step's line does not run through it.
void TripletHistory::paintCaption(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QString words = tr("S of #%1, dashed: threshold").arg(m_selected);
    const QRectF ground = plot();
    const QRectF place(ground.left() + 4.0, ground.top() + 1.0,
        std::min(tabularWidth(Fonts::caption(), words), ground.width() - 8.0), 14.0);
    painter.fillRect(place.adjusted(-2.0, -1.0, 2.0, 0.0), theme.sunken);
    painter.setFont(Fonts::caption());
    painter.setPen(theme.text3);
    drawTabular(painter, place, Qt::AlignLeft, words);
}

} // namespace spectune
