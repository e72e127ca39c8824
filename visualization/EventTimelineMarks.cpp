// SPDX-License-Identifier: GPL-3.0-or-later
// Evaluations and checkpoints on the track, and the key that names their marks.
#include "visualization/EventTimeline.h"
#include "visualization/Fonts.h"
#include "visualization/Marks.h"
#include "visualization/NumberFormat.h"
#include "visualization/Theme.h"

#include <QHelpEvent>
#include <QToolTip>

#include <algorithm>

namespace spectune {

namespace {

constexpr double half = 4.0; ///< of a diamond, and as far as a checkpoint's square is from its centre
constexpr double markY = 12.0; ///< centres
constexpr double square = 6.0;
constexpr double lineHeight = 14.0;
constexpr double toWord = 5.0; ///< from a mark of the key to its word
constexpr double gap = 16.0;

double widthOf(const QString& text)
{
    return tabularWidth(Fonts::caption(), text);
}

bool has(const std::vector<std::int64_t>& steps, std::int64_t step)
{
    return std::find(steps.begin(), steps.end(), step) != steps.end();
}

} // namespace

QRectF EventTimeline::evaluationRect(std::int64_t step) const
{
    const QRectF place = track();
    const double x = std::clamp(xOf(static_cast<double>(step)), place.left() + half, place.right() - half);
    return {x - half, markY - half, 2.0 * half, 2.0 * half};
}

QRectF EventTimeline::checkpointRect(std::int64_t step) const
{
    const QRectF place = track();
    double x = std::round(xOf(static_cast<double>(step))) - square / 2.0;
    if (has(m_evaluations, step)) { // before the diamond where there is room: behind it is what is still to come
        const QRectF diamond = evaluationRect(step);
        const double before = diamond.left() - 2.0 - square;
        x = before >= place.left() ? before : diamond.right() + 2.0;
    }
    return {std::clamp(std::round(x), place.left(), place.right() - square), markY - square / 2.0, square, square};
}

void EventTimeline::paintMarks(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    for (const std::int64_t step : m_checkpoints) {
        painter.fillRect(checkpointRect(step), theme.text2);
    }
    for (const std::int64_t step : m_evaluations) {
        drawDiamond(painter, evaluationRect(step).center(), half - 0.4, theme.eval);
    }
}

// The head of the shown step stands in their row: what it covers of them would be two orphan tips.
void EventTimeline::paintMarksOver(QPainter& painter, const QRectF& head) const
{
    const Theme& theme = Theme::current();
    for (const std::int64_t step : m_checkpoints) {
        if (const QRectF mark = checkpointRect(step); mark.intersects(head)) {
            painter.fillRect(mark.adjusted(-1.0, -1.0, 1.0, 1.0), theme.panel);
            painter.fillRect(mark, theme.text2);
        }
    }
    for (const std::int64_t step : m_evaluations) {
        if (const QRectF mark = evaluationRect(step); mark.intersects(head)) {
            drawDiamond(painter, mark.center(), half + 0.6, theme.panel);
            drawDiamond(painter, mark.center(), half - 0.4, theme.eval);
        }
    }
}

QString EventTimeline::hint() const
{
    if (!m_hint.isEmpty()) {
        return m_hint;
    }
    if (m_failure >= 0) {
        return tr("drag to replay what was recorded");
    }
    const std::int64_t past = m_plan.eventsUntil(m_now);
    return m_now >= m_plan.totalSteps || past == m_plan.eventCount()
        ? tr("drag to replay")
        : tr("drag to replay; the next masking event is at step %1").arg(formatCount(m_plan.eventAt(past)));
}

EventTimeline::KeyPlace EventTimeline::keyPlace() const
{
    const QRectF place = track();
    const double diamond = 2.0 * half + toWord;
    const double keyWidth = diamond + widthOf(tr("evaluation")) + gap + square + toWord + widthOf(tr("checkpoint"))
        + (m_failure >= 0 ? gap + diamond + widthOf(tr("failed")) : 0.0);
    const QString words = hint();
    const double hintWidth = widthOf(words);
    const double below = place.bottom() - lineHeight - 4.0;
    const double now = xOf(static_cast<double>(m_now));
    if (now + 20.0 + std::max(keyWidth, hintWidth) <= place.right()) { // what is still to come is free
        return {{now + 20.0, 8.0, keyWidth, lineHeight}, {now + 20.0, below, hintWidth, lineHeight}, words};
    }
    // Below the line only bars take ground: the wider of the parts before the first and after the last one.
    const std::vector<EventBar> all = bars();
    const double left = place.left() + 8.0;
    const double right = now - 12.0;
    const double first = all.empty() ? right : all.front().x - 12.0;
    const double last = all.empty() ? right : all.back().x + all.back().width + 12.0;
    const bool after = right - last > first - left;
    const double from = after ? last : left;
    const double room = after ? right - last : first - left;
    if (room >= keyWidth) {
        const bool both = room >= keyWidth + gap + hintWidth;
        return {{from, below, keyWidth, lineHeight},
            both ? QRectF(from + keyWidth + gap, below, hintWidth, lineHeight) : QRectF(), words};
    }
    const double narrow = diamond + std::max(widthOf(tr("evaluation")), widthOf(tr("checkpoint")));
    if (room >= narrow) {
        const double above = middle - lineHeight - 3.0;
        return {{from, above, narrow, below + lineHeight - above}, {}, {}, true};
    }
    return {}; // the marks still have tool tips
}

std::vector<QRectF> EventTimeline::KeyPlace::rows() const
{
    if (stacked) {
        const QSizeF row(key.width(), lineHeight);
        return {{key.topLeft(), row}, {key.bottomLeft() - QPointF(0.0, lineHeight), row}};
    }
    return {key, hint};
}

void EventTimeline::paintBeginning(QPainter& painter) const
{
    const QString text = !m_hint.isEmpty() ? m_hint
        : m_plan.prunes() ? tr("The timeline fills as the run goes. Each tick below is a planned masking event; drag "
                               "to replay any step.")
                          : tr("The timeline fills as the run goes; drag to replay any step.");
    painter.setPen(Theme::current().text3);
    drawTabular(painter, {track().left() + 8.0, middle - 22.0, track().width(), 16.0}, Qt::AlignLeft, text);
}

void EventTimeline::paintKey(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    painter.setFont(Fonts::caption());
    if (m_now < 1) {
        paintBeginning(painter);
        return;
    }
    const KeyPlace place = keyPlace();
    if (place.key.isEmpty()) {
        return;
    }
    QPointF at(place.key.left(), place.key.top() + lineHeight / 2.0);
    const auto name = [&](double mark, const QString& text) {
        const double left = at.x() + mark + toWord;
        painter.setPen(theme.text2);
        drawTabular(painter, {left, at.y() - lineHeight / 2.0, widthOf(text), lineHeight}, Qt::AlignLeft, text);
        at = place.stacked ? QPointF(at.x(), place.key.bottom() - lineHeight / 2.0)
                           : QPointF(left + widthOf(text) + gap, at.y());
    };
    drawDiamond(painter, {at.x() + half, at.y()}, half, theme.eval);
    name(2.0 * half, tr("evaluation"));
    const double wide = place.stacked ? 2.0 * half : square; // there the words stand below each other
    const QPointF corner(at.x() + (wide - square) / 2.0, at.y() - square / 2.0);
    painter.fillRect(QRectF(std::round(corner.x()), std::round(corner.y()), square, square), theme.text2);
    name(wide, tr("checkpoint"));
    if (m_failure >= 0 && !place.stacked) {
        drawCross(painter, {at.x() + half, at.y()}, 3.0, theme.error, 1.8);
        name(2.0 * half, tr("failed"));
    }
    painter.setPen(theme.text3);
    if (!place.hint.isEmpty()) {
        drawTabular(painter, place.hint, Qt::AlignLeft, place.words);
    }
}

bool EventTimeline::showsTip(const QHelpEvent& help)
{
    const QPointF at = help.pos();
    const auto isAt = [&at](const QRectF& mark) { return mark.adjusted(-2.0, -4.0, 2.0, 4.0).contains(at); };
    QStringList lines;
    for (const std::int64_t step : m_evaluations) {
        if (isAt(evaluationRect(step))) {
            lines << tr("step %1: evaluation").arg(formatCount(step));
        }
    }
    for (const std::int64_t step : m_checkpoints) {
        if (isAt(checkpointRect(step))) {
            lines << tr("step %1: checkpoint").arg(formatCount(step));
        }
    }
    if (lines.isEmpty()) {
        const std::int64_t near = stepAt(at.x());
        const std::int64_t before = eventBefore(near + 1);
        const std::int64_t after = eventAfter(near);
        const std::int64_t nearest = before >= 0 && (after < 0 || near - before <= after - near) ? before : after;
        const auto mask = std::find_if(
            m_events.begin(), m_events.end(), [nearest](const Tick& tick) { return tick.step == nearest; });
        if (mask == m_events.end() || std::abs(xOf(static_cast<double>(nearest)) - at.x()) >= 4.0) {
            return false;
        }
        lines << tr("step %1: %2 pruned, %3 revived, b = %4")
                     .arg(formatCount(mask->step), formatCount(mask->pruned), formatCount(mask->revived),
                         formatCount(mask->budget));
    }
    QToolTip::showText(help.globalPos(), lines.join(QLatin1Char('\n')), this);
    return true;
}

} // namespace spectune
