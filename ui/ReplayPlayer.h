// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QString>
#include <QTimer>

#include <cstdint>
#include <vector>

namespace spectune {

class RunModel;

/// How fast a replay goes: so many masking events a second, or the whole run in so many seconds.
struct PlaySpeed {
    double events = 0.0; ///< a second; 0: see below
    double seconds = 0.0; ///< for the whole run

    /// @param interval steps from event to event  @param steps of the run so far
    [[nodiscard]] double stepsPerSecond(std::int64_t interval, std::int64_t steps) const;
    [[nodiscard]] QString name() const; ///< "5 events a second"
    [[nodiscard]] QString shortName() const; ///< "5 events/s"
    [[nodiscard]] static const std::vector<PlaySpeed>& all();

    friend bool operator==(const PlaySpeed&, const PlaySpeed&) = default;
};

/// Moves the shown step through the run as time passes, up to the newest, and is live again there. GUI thread.
class ReplayPlayer : public QObject {
    Q_OBJECT
public:
    explicit ReplayPlayer(RunModel& run, QObject* parent = nullptr);

    /// From the shown step; from the beginning where the run is shown live.
    void play();
    void stop();
    [[nodiscard]] bool isPlaying() const { return m_timer.isActive(); }
    void setSpeed(const PlaySpeed& speed);
    [[nodiscard]] const PlaySpeed& speed() const { return m_speed; }
    /// Shows where the replay is @p milliseconds after it began, or was moved.
    void showAfter(std::int64_t milliseconds);

Q_SIGNALS:
    void changed();

private:
    void beginAt(std::int64_t step);

    RunModel& m_run;
    QTimer m_timer;
    QElapsedTimer m_clock;
    PlaySpeed m_speed;
    std::int64_t m_start = 0; ///< step at which the clock began
    std::int64_t m_mine = -1; ///< step that the player showed last
};

} // namespace spectune
