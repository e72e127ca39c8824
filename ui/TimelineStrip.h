// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;
class QToolButton;

namespace spectune {

class EventTimeline;
class ReplayPlayer;
class RunModel;

/// Live's lower edge: the run as a track to drag along, the buttons from event to event, the replay with its speed, and
/// what the shown event did.
class TimelineStrip : public QWidget {
    Q_OBJECT
public:
    explicit TimelineStrip(RunModel& run, QWidget* parent = nullptr);

    void previousEvent();
    void nextEvent();
    void goLive();
    /// Moves the shown step by @p steps.
    void shift(int steps);
    void playOrStop();
    [[nodiscard]] ReplayPlayer& player() { return *m_player; }

Q_SIGNALS:
    void scrubbingChanged(bool scrubbing);
    void animationWanted();
    /// What was copied or saved or why it was not, for the status line.
    void told(const QString& lead, const QString& text);

private:
    [[nodiscard]] QWidget* makeButtons();
    [[nodiscard]] QToolButton* makeSpeed();
    void connectAll();
    void refreshPlayer();
    void refreshAll();
    void refreshEvaluations();
    void refreshText();
    void fitEventWords();
    [[nodiscard]] static QString eventWords(std::size_t number, std::int64_t step);

    RunModel& m_run;
    QWidget* m_left = nullptr; ///< buttons and words, left of the timeline
    EventTimeline* m_timeline = nullptr;
    ReplayPlayer* m_player = nullptr;
    QPushButton* m_previous = nullptr;
    QPushButton* m_play = nullptr;
    QPushButton* m_film = nullptr;
    QToolButton* m_speed = nullptr;
    QPushButton* m_next = nullptr;
    QPushButton* m_live = nullptr;
    QLabel* m_event = nullptr;
    QLabel* m_pruned = nullptr;
    QLabel* m_revived = nullptr;
};

} // namespace spectune
