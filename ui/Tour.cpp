// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/Tour.h"

#include "ui/RunModel.h"

#include <algorithm>

namespace spectune {

Tour::Tour(RunModel& run, QObject* parent)
    : QObject(parent)
    , m_run(run)
{
    connect(&run, &RunModel::reset, this, &Tour::follow);
    connect(&run, &RunModel::stateChanged, this, &Tour::follow);
    connect(&run, &RunModel::metricsAppended, this, &Tour::follow);
    connect(&run, &RunModel::eventAppended, this, &Tour::follow);
    connect(&run, &RunModel::snapshotChanged, this, &Tour::follow);
}

TourFacts Tour::facts() const
{
    return TourFacts::of(m_run);
}

void Tour::start()
{
    goTo(m_finished ? 0 : m_place);
}

void Tour::goTo(std::size_t stop)
{
    m_finished = false;
    m_active = true;
    enter(stop < count() ? stop : 0);
}

void Tour::next()
{
    if (mayGoOn())
        skipWait();
}

void Tour::skipWait()
{
    if (!m_active)
        return;
    if (m_place + 1 < count()) {
        enter(m_place + 1);
        return;
    }
    m_finished = true;
    leave();
}

void Tour::back()
{
    if (m_active && m_place > 0)
        enter(m_place - 1);
}

void Tour::leave()
{
    if (!m_active)
        return;
    m_active = false;
    m_run.showStep(-1); // the run is shown as it is, not as the last stop had it
    Q_EMIT ended();
}

bool Tour::mayGoOn() const
{
    if (!m_active)
        return false;
    const TourWait::State state = wait().state;
    return state == TourWait::State::Over || state == TourWait::State::Impossible;
}

void Tour::restore(std::size_t place, bool finished)
{
    m_place = place < count() ? place : 0;
    m_finished = finished;
}

void Tour::enter(std::size_t place)
{
    m_place = place;
    m_momentShown = false;
    const bool past = facts().happenedAt(stop().moment) >= 0;
    if (!past)
        m_run.showStep(-1);
    showMoment();
    Q_EMIT entered();
}

// Once per stop: a person who then drags the timeline elsewhere is left alone.
void Tour::showMoment()
{
    if (m_momentShown)
        return;
    const std::int64_t step = facts().happenedAt(stop().moment);
    // The timeline reaches back to steps that are past: the last one is what is shown live.
    if (step < 0 || (m_run.step() <= step && !isTerminal(m_run.state())))
        return;
    m_momentShown = true;
    m_run.showStep(stop().moment == TourEvent::End ? -1 : stepOf(m_place));
}

// The inspector is pointed at for the scores. A run that has ended gets no more of them: where the event has none, the
// newest one that has, up to where the next stop stands, is shown; failing that the last one.
std::int64_t Tour::stepOf(std::size_t stop) const
{
    const TourFacts now = facts();
    const std::int64_t step = now.happenedAt(tourStops()[stop].moment);
    const auto& events = m_run.history().events;
    if (step < 0 || tourStops()[stop].target != TourTarget::Inspector || !isTerminal(m_run.state()) || events.empty())
        return step;
    const auto hasScores = [&](std::int64_t at) {
        const auto snapshot = m_run.replay().at(m_run.layout(), events, at);
        return snapshot && snapshot->hasScores;
    };
    if (hasScores(step))
        return step;
    const std::int64_t next = stop + 1 < count() ? now.happenedAt(tourStops()[stop + 1].moment) : -1;
    const auto before = std::find_if(events.rbegin(), events.rend(),
        [&](const MaskEvent& event) { return event.step > step && event.step <= next && hasScores(event.step); });
    if (before != events.rend())
        return before->step;
    const std::int64_t last = events.back().step;
    return hasScores(last) ? last : step;
}

void Tour::follow()
{
    if (!m_active)
        return;
    const bool shownBefore = m_momentShown;
    showMoment();
    if (m_momentShown != shownBefore)
        Q_EMIT arrived();
    else
        Q_EMIT moved();
}

} // namespace spectune
