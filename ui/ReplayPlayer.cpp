// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ReplayPlayer.h"

#include "ui/RunModel.h"

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

constexpr int frameMilliseconds = 33;
constexpr double stretches = 100.0; ///< a run without events is played as if it had so many

} // namespace

const std::vector<PlaySpeed>& PlaySpeed::all()
{
    static const std::vector<PlaySpeed> speeds {{.events = 1.0}, {.events = 2.0}, {.events = 5.0}, {.events = 10.0},
        {.events = 25.0}, {.seconds = 60.0}, {.seconds = 20.0}};
    return speeds;
}

double PlaySpeed::stepsPerSecond(std::int64_t interval, std::int64_t steps) const
{
    if (seconds > 0.0)
        return static_cast<double>(steps) / seconds;
    return events * (interval > 0 ? static_cast<double>(interval) : static_cast<double>(steps) / stretches);
}

QString PlaySpeed::name() const
{
    if (seconds > 0.0)
        return ReplayPlayer::tr("Whole run in %1 s").arg(seconds);
    return events == 1.0 ? ReplayPlayer::tr("1 event a second") : ReplayPlayer::tr("%1 events a second").arg(events);
}

QString PlaySpeed::shortName() const
{
    if (seconds > 0.0)
        return ReplayPlayer::tr("run in %1 s").arg(seconds);
    return events == 1.0 ? ReplayPlayer::tr("1 event/s") : ReplayPlayer::tr("%1 events/s").arg(events);
}

ReplayPlayer::ReplayPlayer(RunModel& run, QObject* parent)
    : QObject(parent)
    , m_run(run)
    , m_speed(PlaySpeed::all()[2])
{
    m_timer.setInterval(frameMilliseconds);
    connect(&m_timer, &QTimer::timeout, this, [this] { showAfter(m_clock.elapsed()); });
    connect(&run, &RunModel::reset, this, &ReplayPlayer::stop);
    connect(&run, &RunModel::shownStepChanged, this, [this](qint64 step) {
        if (!isPlaying() || step == m_mine)
            return;
        if (step < 0)
            stop(); // back to live
        else
            beginAt(step); // dragged: it goes on from there
    });
}

void ReplayPlayer::play()
{
    if (isPlaying() || m_run.step() < 1)
        return;
    beginAt(std::max<std::int64_t>(m_run.shownStep(), 1));
    m_timer.start();
    m_mine = m_start;
    m_run.showStep(m_start);
    Q_EMIT changed();
}

void ReplayPlayer::stop()
{
    if (!isPlaying())
        return;
    m_timer.stop();
    Q_EMIT changed();
}

void ReplayPlayer::setSpeed(const PlaySpeed& speed)
{
    if (isPlaying())
        beginAt(std::max<std::int64_t>(m_run.shownStep(), 1));
    m_speed = speed;
    Q_EMIT changed();
}

void ReplayPlayer::beginAt(std::int64_t step)
{
    m_start = step;
    m_clock.start();
}

void ReplayPlayer::showAfter(std::int64_t milliseconds)
{
    const PlotPlan plan = m_run.plan();
    const double rate = m_speed.stepsPerSecond(plan.prunes() ? plan.interval : 0, m_run.step());
    const std::int64_t step = m_start + std::llround(rate * static_cast<double>(milliseconds) / 1000.0);
    m_mine = step >= m_run.step() ? -1 : step;
    if (m_mine < 0)
        stop();
    m_run.showStep(m_mine);
}

} // namespace spectune
