// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace spectune {

class EventTimeline;
class RunModel;

/// Live's lower edge: the run as a track to drag along, the buttons from event to event, and what the shown one did.
class TimelineStrip : public QWidget {
    Q_OBJECT
public:
    explicit TimelineStrip(RunModel& run, QWidget* parent = nullptr);

    void previousEvent();
    void nextEvent();
    void goLive();
    /// Moves the shown step by @p steps.
    void shift(int steps);

Q_SIGNALS:
    void scrubbingChanged(bool scrubbing);

private:
    void connectAll();
    void refreshAll();
    void refreshText();

    RunModel& m_run;
    EventTimeline* m_timeline = nullptr;
    QPushButton* m_previous = nullptr;
    QPushButton* m_next = nullptr;
    QPushButton* m_live = nullptr;
    QLabel* m_event = nullptr;
    QLabel* m_pruned = nullptr;
    QLabel* m_revived = nullptr;
};

} // namespace spectune
