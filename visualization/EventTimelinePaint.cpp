// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/CurveMath.h"
#include "visualization/EventTimeline.h"
#include "visualization/Fonts.h"
#include "visualization/Marks.h"
#include "visualization/NumberFormat.h"
#include "visualization/Theme.h"

#include <algorithm>

namespace spectune {

void EventTimeline::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(rect(), theme.panel);
    paintTrack(painter);
    if (m_plan.totalSteps < 1) {
        return;
    }
    paintEvents(painter);
    paintAxis(painter);
    paintMarks(painter);
    paintKey(painter);
    paintMarkers(painter);
    if (hasFocus()) {
        drawFocusFrame(painter, rect(), theme.focus);
    }
}

void EventTimeline::paintTrack(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRectF place = track();
    painter.fillRect(place, theme.phaseEnd);
    if (m_plan.prunes()) {
        painter.fillRect(cubicPart(), theme.phaseCubic);
    }
    drawTriangle(painter, {place.left() - 13.0, middle - 13.0}, 4.5, theme.revive, true);
    drawTriangle(painter, {place.left() - 13.0, middle + 10.0}, 4.5, theme.prune, false);
}

QRectF EventTimeline::cubicPart() const
{
    return partBetween(track(), xOf(static_cast<double>(m_plan.ti)), xOf(static_cast<double>(m_plan.finalStart)));
}

std::vector<EventBar> EventTimeline::bars() const
{
    const double pitch = xOf(static_cast<double>(m_plan.interval)) - xOf(0.0);
    // Below 4 px an event there is no room for gaps: the largest event of a pixel column stands for it.
    const double width = pitch >= 6.0 ? pitch - 3.0 : pitch >= 4.0 ? pitch - 1.0 : std::max(1.0, pitch);
    std::vector<EventBar> bars;
    for (const Tick& event : m_events) {
        const double x = std::round(xOf(static_cast<double>(event.step)) - width / 2.0);
        if (bars.empty() || bars.back().x != x) {
            bars.push_back({x, std::round(width), 0, 0});
        }
        bars.back().pruned = std::max(bars.back().pruned, event.pruned);
        bars.back().revived = std::max(bars.back().revived, event.revived);
    }
    return bars;
}

void EventTimeline::paintEvents(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const std::vector<EventBar> all = bars();
    std::int64_t most = 1;
    for (const EventBar& bar : all) {
        most = std::max({most, bar.pruned, bar.revived});
    }
    const auto length = [most](std::int64_t count) {
        return count == 0
            ? 0.0
            : std::max(1.0, std::round(longestBar * static_cast<double>(count) / static_cast<double>(most)));
    };
    for (const EventBar& bar : all) {
        const double up = length(bar.revived);
        painter.fillRect(QRectF(bar.x, middle - up, bar.width, up), theme.revive);
        painter.fillRect(QRectF(bar.x, middle + 1.0, bar.width, length(bar.pruned)), theme.prune);
    }
    drawLevel(painter, middle + 0.5, track().left(), track().right(), theme.lineStrong);
}

void EventTimeline::paintAxis(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRectF place = track();
    for (const std::int64_t step : m_plan.eventsApart(leastTickDistance / std::max(xOf(1.0) - xOf(0.0), 1e-300))) {
        const double x = xOf(static_cast<double>(step));
        const bool done = m_now > 0 && step <= m_now;
        drawUpright(painter, x, place.bottom(), place.bottom() + 4.0, done ? theme.text2 : theme.lineStrong);
    }
    painter.setFont(Fonts::caption());
    painter.setPen(theme.text3);
    const auto total = static_cast<double>(m_plan.totalSteps);
    const QString last = formatCount(m_plan.totalSteps);
    const double lastWidth = tabularWidth(Fonts::caption(), last);
    const double lastLeft = std::min(place.right() - lastWidth / 2.0, width() - lastWidth - 1.0);
    drawTabular(painter, {lastLeft, place.bottom() + 4.0, lastWidth, 14.0}, Qt::AlignLeft, last);
    for (const double tick : stepTicks(0.0, total, std::max(1, static_cast<int>(place.width() / 90.0)))) {
        const double x = xOf(tick);
        if (x + 34.0 < lastLeft) {
            drawTabular(painter, {x - 40.0, place.bottom() + 4.0, 80.0, 14.0}, Qt::AlignHCenter,
                formatCount(static_cast<std::int64_t>(tick)));
        }
    }
}

void EventTimeline::paintMarkers(QPainter& painter) const
{
    if (m_now < 1) {
        return;
    }
    const Theme& theme = Theme::current();
    const QRectF place = track();
    const bool failed = m_failure >= 0;
    const double now = xOf(static_cast<double>(failed ? m_failure : m_now));
    const std::vector<QRectF> words = keyPlace().rows();
    const auto line = [&](double x, const QColor& color, double width) {
        double from = 6.0;
        for (const QRectF& row : words) { // where words stand it has a gap
            if (x > row.left() - 4.0 && x < row.right() + 4.0) {
                drawUpright(painter, x, from, row.top(), color, width);
                from = row.bottom();
            }
        }
        drawUpright(painter, x, from, place.bottom(), color, width);
    };
    line(now, failed ? theme.error : theme.text, failed ? 2.0 : 1.5);
    const bool shown = m_shown >= 0;
    const double head = std::round(shown ? xOf(static_cast<double>(m_shown)) : now);
    const QColor color = shown ? theme.focus : failed ? theme.error : theme.text;
    if (shown) {
        line(head, color, 1.5);
    }
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    painter.drawPolygon(QPolygonF {QPointF(head - 6.0, 1.0), QPointF(head + 6.0, 1.0), QPointF(head + 6.0, 7.0),
        QPointF(head, 13.0), QPointF(head - 6.0, 7.0)});
    paintMarksOver(painter, {head - 6.0, 1.0, 12.0, 12.0});
}

} // namespace spectune
