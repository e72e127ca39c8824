// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/EventTimelineAccess.h"

#include "visualization/EventTimeline.h"

#include <algorithm>

namespace spectune {

namespace {

QAccessibleInterface* makeAccess(const QString&, QObject* object)
{
    auto* timeline = qobject_cast<EventTimeline*>(object);
    return timeline ? new EventTimelineAccess(timeline) : nullptr;
}

QVariant stepValue(std::int64_t step)
{
    return QVariant::fromValue<qlonglong>(step);
}

} // namespace

EventTimelineAccess::EventTimelineAccess(EventTimeline* timeline)
    : QAccessibleWidget(timeline, QAccessible::Slider)
{
}

void EventTimelineAccess::install()
{
    static const bool once = [] {
        QAccessible::installFactory(makeAccess);
        return true;
    }();
    Q_UNUSED(once)
}

EventTimeline& EventTimelineAccess::timeline() const
{
    return *static_cast<EventTimeline*>(widget());
}

QString EventTimelineAccess::text(QAccessible::Text text) const
{
    return text == QAccessible::Value || text == QAccessible::Description ? timeline().spokenStep()
                                                                          : QAccessibleWidget::text(text);
}

void* EventTimelineAccess::interface_cast(QAccessible::InterfaceType type)
{
    return type == QAccessible::ValueInterface ? static_cast<QAccessibleValueInterface*>(this)
                                               : QAccessibleWidget::interface_cast(type);
}

QVariant EventTimelineAccess::currentValue() const
{
    return stepValue(timeline().shownStep() < 0 ? timeline().now() : timeline().shownStep());
}

void EventTimelineAccess::setCurrentValue(const QVariant& value)
{
    timeline().request(value.toLongLong());
}

QVariant EventTimelineAccess::minimumValue() const
{
    return stepValue(std::min<std::int64_t>(1, timeline().now()));
}

QVariant EventTimelineAccess::maximumValue() const
{
    return stepValue(timeline().now());
}

QVariant EventTimelineAccess::minimumStepSize() const
{
    return stepValue(1);
}

} // namespace spectune
