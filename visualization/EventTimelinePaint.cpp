// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/CurveMath.h"
#include "visualization/EventTimeline.h"
#include "visualization/Fonts.h"
#include "visualization/Marks.h"
#include "visualization/NumberFormat.h"
#include "visualization/Theme.h"

#include <algorithm>

namespace spectune {

namespace {

constexpr double middle = 40.0; ///< the line between revived and pruned
constexpr double longestBar = 24.0;

} // namespace

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
        const double from = std::round(xOf(static_cast<double>(m_plan.ti)));
        const double to = std::round(xOf(static_cast<double>(m_plan.finalStart)));
        painter.fillRect(QRectF(from, place.top(), to - from, place.height()), theme.phaseCubic);
    }
    drawTriangle(painter, {place.left() - 13.0, middle - 13.0}, 4.5, theme.revive, true);
    drawTriangle(painter, {place.left() - 13.0, middle + 10.0}, 4.5, theme.prune, false);
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
    double lastX = -10.0;
    for (const std::int64_t step : m_plan.plannedEvents()) {
        const double x = xOf(static_cast<double>(step));
        if (x - lastX < 3.0) {
            continue; // more events than pixels: the ticks would be a bar
        }
        lastX = x;
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

void EventTimeline::paintMarks(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    for (const std::int64_t step : m_checkpoints) {
        const double x = std::round(xOf(static_cast<double>(step)));
        const bool shared = std::find(m_evaluations.begin(), m_evaluations.end(), step) != m_evaluations.end();
        painter.fillRect(QRectF(x + (shared ? 6.0 : -3.0), 9.0, 6.0, 6.0), theme.text2);
    }
    for (const std::int64_t step : m_evaluations) {
        drawDiamond(painter, {xOf(static_cast<double>(step)), 12.0}, 3.6, theme.eval);
    }
}

void EventTimeline::paintKey(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRectF place = track();
    painter.setFont(Fonts::caption());
    QString hint = m_hint;
    if (m_now < 1) {
        hint = !hint.isEmpty() ? hint
            : m_plan.prunes()
            ? tr("The timeline fills as the run goes. Each tick below is a planned masking event; drag "
                 "to replay any step.")
            : tr("The timeline fills as the run goes; drag to replay any step.");
        painter.setPen(theme.text3);
        drawTabular(painter, {place.left() + 8.0, middle - 22.0, place.width(), 16.0}, Qt::AlignLeft, hint);
        return;
    }
    const double x = xOf(static_cast<double>(m_now));
    const double keyWidth = m_failure >= 0 ? 220.0 : 165.0;
    if (hint.isEmpty()) {
        const auto planned = m_plan.plannedEvents();
        const auto next = std::upper_bound(planned.begin(), planned.end(), m_now);
        hint = m_failure >= 0 ? tr("drag to replay what was recorded")
            : next == planned.end()
            ? tr("drag to replay")
            : tr("drag to replay; the next masking event is at step %1").arg(formatCount(*next));
    }
    const double hintWidth = tabularWidth(Fonts::caption(), hint);
    if (x + 20.0 + std::max(keyWidth, hintWidth) > place.right()) {
        return; // no free ground is left for it
    }
    const double left = x + 24.0;
    drawDiamond(painter, {left, 15.0}, 4.0, theme.eval);
    painter.fillRect(QRectF(std::round(left + 74.0), 12.0, 6.0, 6.0), theme.text2);
    painter.setPen(theme.text2);
    drawTabular(painter, {left + 9.0, 8.0, 70.0, 14.0}, Qt::AlignLeft, tr("evaluation"));
    drawTabular(painter, {left + 85.0, 8.0, 80.0, 14.0}, Qt::AlignLeft, tr("checkpoint"));
    if (m_failure >= 0) {
        drawCross(painter, {left + 159.0, 15.0}, 3.0, theme.error, 1.8);
        painter.setPen(theme.text2);
        drawTabular(painter, {left + 168.0, 8.0, 60.0, 14.0}, Qt::AlignLeft, tr("failed"));
    }
    painter.setPen(theme.text3);
    drawTabular(painter, {left - 4.0, place.bottom() - 18.0, hintWidth + 4.0, 14.0}, Qt::AlignLeft, hint);
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
    drawUpright(painter, now, 6.0, place.bottom(), failed ? theme.error : theme.text, failed ? 2.0 : 1.5);
    const bool shown = m_shown >= 0;
    const double head = std::round(shown ? xOf(static_cast<double>(m_shown)) : now);
    const QColor color = shown ? theme.focus : failed ? theme.error : theme.text;
    if (shown) {
        drawUpright(painter, head, 6.0, place.bottom(), color, 1.5);
    }
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    painter.drawPolygon(QPolygonF {QPointF(head - 6.0, 1.0), QPointF(head + 6.0, 1.0), QPointF(head + 6.0, 7.0),
        QPointF(head, 13.0), QPointF(head - 6.0, 7.0)});
}

} // namespace spectune
