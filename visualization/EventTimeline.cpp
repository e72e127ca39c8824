// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/EventTimeline.h"

#include "visualization/EventTimelineAccess.h"
#include "visualization/NumberFormat.h"

#include <QAccessible>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace spectune {

namespace {

constexpr double leftInset = 44.0;
constexpr double rightInset = 26.0;

} // namespace

EventTimeline::EventTimeline(QWidget* parent)
    : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    EventTimelineAccess::install(); // before the first word to a screen reader, which makes the interface
    setAccessibleName(tr("Timeline"));
}

void EventTimeline::setPlan(const PlotPlan& plan)
{
    m_plan = plan;
    update();
}

void EventTimeline::setEvents(std::span<const MaskEvent> events)
{
    m_events.clear();
    m_events.reserve(events.size());
    std::transform(events.begin(), events.end(), std::back_inserter(m_events), tickOf);
    update();
}

void EventTimeline::append(const MaskEvent& event)
{
    while (!m_events.empty() && m_events.back().step >= event.step) {
        m_events.pop_back(); // a resumed run repeats steps
    }
    m_events.push_back(tickOf(event));
    update();
}

void EventTimeline::setEvaluations(std::span<const std::int64_t> steps)
{
    m_evaluations.assign(steps.begin(), steps.end());
    update();
}

void EventTimeline::setCheckpoints(std::span<const std::int64_t> steps)
{
    m_checkpoints.assign(steps.begin(), steps.end());
    update();
}

void EventTimeline::setNow(std::int64_t step)
{
    if (step != m_now) {
        m_now = step;
        update();
    }
}

void EventTimeline::setShownStep(std::int64_t step)
{
    if (step != m_shown) {
        m_shown = step;
        QAccessibleValueChangeEvent event(this, QVariant::fromValue<qlonglong>(m_shown < 0 ? m_now : m_shown));
        QAccessible::updateAccessibility(&event);
        update();
    }
}

QString EventTimeline::spokenStep() const
{
    return m_shown < 0 ? tr("live, step %1").arg(formatCount(m_now))
                       : tr("step %1 of %2").arg(formatCount(m_shown), formatCount(m_now));
}

void EventTimeline::setFailure(std::int64_t step)
{
    m_failure = step;
    update();
}

void EventTimeline::setHint(const QString& text)
{
    m_hint = text;
    update();
}

void EventTimeline::clear()
{
    m_events.clear();
    m_evaluations.clear();
    m_checkpoints.clear();
    m_hint.clear();
    m_now = 0;
    m_shown = -1;
    m_failure = -1;
    update();
}

std::int64_t EventTimeline::eventBefore(std::int64_t step) const
{
    const auto at = std::lower_bound(
        m_events.begin(), m_events.end(), step, [](const Tick& tick, std::int64_t value) { return tick.step < value; });
    return at == m_events.begin() ? -1 : std::prev(at)->step;
}

std::int64_t EventTimeline::eventAfter(std::int64_t step) const
{
    const auto at = std::upper_bound(
        m_events.begin(), m_events.end(), step, [](std::int64_t value, const Tick& tick) { return value < tick.step; });
    return at == m_events.end() ? -1 : at->step;
}

QString EventTimeline::toCsv() const
{
    QString csv = QStringLiteral("step,budget,pruned,revived\n");
    for (const Tick& event : m_events) {
        csv += QStringLiteral("%1,%2,%3,%4\n").arg(event.step).arg(event.budget).arg(event.pruned).arg(event.revived);
    }
    return csv;
}

QRectF EventTimeline::track() const
{
    return {leftInset, 8.0, std::max(10.0, width() - leftInset - rightInset), std::max(20.0, height() - 26.0)};
}

double EventTimeline::xOf(double step) const
{
    const QRectF place = track();
    const auto total = static_cast<double>(std::max<std::int64_t>(1, m_plan.totalSteps));
    return place.left() + place.width() * std::clamp(step / total, 0.0, 1.0);
}

std::int64_t EventTimeline::stepAt(double x) const
{
    const QRectF place = track();
    const double part = std::clamp((x - place.left()) / place.width(), 0.0, 1.0);
    return std::llround(part * static_cast<double>(m_plan.totalSteps));
}

QSize EventTimeline::sizeHint() const
{
    return {900, 86};
}

QSize EventTimeline::minimumSizeHint() const
{
    return {300, 76};
}

void EventTimeline::request(std::int64_t step)
{
    if (m_now < 1) {
        return;
    }
    if (step >= m_now) {
        Q_EMIT liveRequested();
    } else {
        Q_EMIT stepRequested(std::max<std::int64_t>(1, step));
    }
}

bool EventTimeline::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip && showsTip(*static_cast<QHelpEvent*>(event))) {
        return true;
    }
    return QWidget::event(event);
}

void EventTimeline::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton || m_now < 1) {
        return;
    }
    m_dragging = true;
    Q_EMIT scrubbingChanged(true);
    request(stepAt(event->position().x()));
}

void EventTimeline::mouseMoveEvent(QMouseEvent* event)
{
    setCursor(m_now > 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
    if (m_dragging) {
        request(stepAt(event->position().x()));
    }
}

void EventTimeline::mouseReleaseEvent(QMouseEvent*)
{
    if (m_dragging) {
        m_dragging = false;
        Q_EMIT scrubbingChanged(false);
    }
}

void EventTimeline::keyPressEvent(QKeyEvent* event)
{
    const std::int64_t at = m_shown < 0 ? m_now : m_shown;
    const std::int64_t page = std::max<std::int64_t>(1, m_plan.totalSteps / 20);
    switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Down: return request(at - 1);
    case Qt::Key_Right:
    case Qt::Key_Up: return request(at + 1);
    case Qt::Key_PageUp: return request(at + page);
    case Qt::Key_PageDown: return request(at - page);
    case Qt::Key_Home: return request(1);
    case Qt::Key_End:
    case Qt::Key_L: Q_EMIT liveRequested(); return;
    case Qt::Key_BracketLeft:
        if (eventBefore(at) > 0) {
            request(eventBefore(at));
        }
        return;
    case Qt::Key_BracketRight:
        if (eventAfter(at) > 0) {
            request(eventAfter(at));
        }
        return;
    default: QWidget::keyPressEvent(event);
    }
}

void EventTimeline::focusInEvent(QFocusEvent*)
{
    update();
}

void EventTimeline::focusOutEvent(QFocusEvent*)
{
    update();
}

} // namespace spectune
