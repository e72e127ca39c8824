// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/TourScript.h"

#include <QObject>

#include <cstddef>
#include <cstdint>

namespace spectune {

class RunModel;

/// Where a person stands in the guided tour, and what may be done next. It knows the shown run and the script; widgets
/// follow its signals. It only ever moves the run's timeline: it neither starts, pauses nor blocks anything. GUI
/// thread.
class Tour : public QObject {
    Q_OBJECT
public:
    explicit Tour(RunModel& run, QObject* parent = nullptr);

    /// At the stop where it was left; at the first one when it had been finished.
    void start();
    void goTo(std::size_t stop);
    void next(); ///< does nothing while the stop waits; after the last stop it ends the tour
    void skipWait(); ///< next() without the wait
    void back();
    void leave(); ///< the place is kept

    [[nodiscard]] bool isActive() const { return m_active; }
    [[nodiscard]] bool isFinished() const { return m_finished; } ///< the last stop has been left by Next
    [[nodiscard]] std::size_t place() const { return m_place; } ///< 0-based; kept while it is not active
    [[nodiscard]] static std::size_t count() { return tourStops().size(); }
    [[nodiscard]] const TourStop& stop() const { return tourStops()[m_place]; }
    [[nodiscard]] TourFacts facts() const;
    [[nodiscard]] TourWait wait() const { return facts().waitFor(stop().awaits); }
    /// Steps done where that stop stands on the timeline once what it shows has happened; −1: it has not, or it is of
    /// no moment.
    [[nodiscard]] std::int64_t stepOf(std::size_t stop) const;
    [[nodiscard]] bool mayGoOn() const;
    /// For the settings: a place outside the script is the first stop.
    void restore(std::size_t place, bool finished);

Q_SIGNALS:
    /// Another stop, or the tour has begun: show it anew.
    void entered();
    /// The same stop, whose event has just happened: the timeline has moved there. A person may be anywhere.
    void arrived();
    /// The same stop; the run has moved.
    void moved();
    void ended(); ///< left or finished

private:
    void enter(std::size_t place);
    void showMoment();
    void follow();

    RunModel& m_run;
    std::size_t m_place = 0;
    bool m_active = false;
    bool m_finished = false;
    bool m_momentShown = false;
};

} // namespace spectune
