// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAccessibleWidget>

namespace spectune {

class EventTimeline;

/// The timeline for a screen reader: a slider over the steps done, whose value is the shown step, or the last one while
/// it is live. Read when it is asked for: a run changes it thirty times a second, and nobody shall hear each.
class EventTimelineAccess : public QAccessibleWidget, public QAccessibleValueInterface {
public:
    explicit EventTimelineAccess(EventTimeline* timeline);

    /// Once per program; further calls do nothing.
    static void install();

    [[nodiscard]] QString text(QAccessible::Text text) const override;
    void* interface_cast(QAccessible::InterfaceType type) override;

    [[nodiscard]] QVariant currentValue() const override; ///< a step; 0: the run has not begun
    void setCurrentValue(const QVariant& value) override; ///< the last step: live
    [[nodiscard]] QVariant minimumValue() const override;
    [[nodiscard]] QVariant maximumValue() const override;
    [[nodiscard]] QVariant minimumStepSize() const override;

private:
    [[nodiscard]] EventTimeline& timeline() const;
};

} // namespace spectune
