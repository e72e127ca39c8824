// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/TourScript.h"

#include "ui/Tour.h"
#include "ui/TourTexts.h"
#include "visualization/NumberFormat.h"

#include <algorithm>
#include <array>

namespace spectune {

namespace {

// A matrix in the middle of the model: nothing special about it.
ModuleIndex middleModule(const TourFacts& facts)
{
    if (!facts.layout || facts.layout->modules.empty())
        return {};
    return ModuleIndex {static_cast<std::int32_t>(facts.layout->modules.size() / 2)};
}

template <typename Get>
ModuleIndex moduleWithMost(const TourFacts& facts, Get get)
{
    if (!facts.shown)
        return {};
    const auto& modules = facts.shown->modules;
    const auto most = std::max_element(
        modules.begin(), modules.end(), [&](const ModuleState& a, const ModuleState& b) { return get(a) < get(b); });
    if (most == modules.end() || get(*most) <= 0)
        return {};
    return ModuleIndex {static_cast<std::int32_t>(most - modules.begin())};
}

ModuleIndex mostLost(const TourFacts& facts)
{
    return moduleWithMost(facts, [](const ModuleState& module) { return module.lostAtLastEvent; });
}

ModuleIndex mostBack(const TourFacts& facts)
{
    return moduleWithMost(facts, [](const ModuleState& module) { return module.backAtLastEvent; });
}

ModuleIndex keepChosen(const TourFacts&)
{
    return {};
}

} // namespace

std::span<const TourStop> tourStops()
{
    using enum TourEvent;
    static const std::array stops {
        TourStop {TourTarget::Inspector, None, None, TourTexts::triplet, middleModule},
        TourStop {TourTarget::Grid, None, None, TourTexts::ranks, keepChosen},
        TourStop {TourTarget::Rail, None, None, TourTexts::scale, keepChosen},
        TourStop {TourTarget::BudgetPlot, None, FirstPruning, TourTexts::budget, keepChosen},
        TourStop {TourTarget::Grid, FirstPruning, FirstPruning, TourTexts::firstPruning, mostLost},
        TourStop {TourTarget::Inspector, FirstPruning, FirstRevival, TourTexts::threshold, mostLost},
        TourStop {TourTarget::Grid, FirstRevival, None, TourTexts::cameBack, mostBack},
        TourStop {TourTarget::OrthPlot, None, FinalPhase, TourTexts::orthogonality, keepChosen},
        TourStop {TourTarget::Timeline, FinalPhase, End, TourTexts::finalPhase, keepChosen},
        TourStop {TourTarget::Grid, End, None, TourTexts::result, keepChosen},
    };
    return stops;
}

QString tourEventName(TourEvent event)
{
    switch (event) {
    case TourEvent::FirstPruning: return Tour::tr("the first pruning");
    case TourEvent::FirstRevival: return Tour::tr("the first triplet that comes back");
    case TourEvent::FinalPhase: return Tour::tr("the final phase");
    case TourEvent::End: return Tour::tr("the end of the run");
    case TourEvent::None: break;
    }
    return {};
}

TourWaitText waitText(TourEvent event, const TourFacts& facts)
{
    const TourWait wait = facts.waitFor(event);
    const QString name = tourEventName(event);
    const QString steps = wait.due < 0 ? QString()
        : event == TourEvent::FirstRevival
        ? Tour::tr("step %1, next masking event at %2").arg(formatCount(wait.step), formatCount(wait.due))
        : Tour::tr("step %1 of %2").arg(formatCount(wait.step), formatCount(wait.due));
    switch (wait.state) {
    case TourWait::State::Over: break;
    case TourWait::State::NotStarted:
        return {Tour::tr("Waiting for %1").arg(name), Tour::tr("starts with the run: Ctrl+Return")};
    case TourWait::State::Running:
        return {Tour::tr("Waiting for %1").arg(name),
            wait.secondsLeft < 0
                ? steps
                : Tour::tr("%1, in about %2").arg(steps, formatDuration(std::max(1.0, wait.secondsLeft)))};
    case TourWait::State::Paused:
        return {Tour::tr("Waiting for %1").arg(name),
            facts.state == SessionState::Paused ? Tour::tr("%1, waits until you resume").arg(steps) : steps};
    case TourWait::State::Impossible:
        return {Tour::tr("Nothing to wait for"),
            !facts.plan.prunes() && event != TourEvent::End ? Tour::tr("this method does not prune")
                                                            : Tour::tr("this run ended without %1").arg(name)};
    }
    return {};
}

QString runNote(const TourFacts& facts)
{
    if (!facts.hasRun)
        return Tour::tr("no run yet");
    if (facts.recorded)
        return Tour::tr("a recorded run");
    switch (facts.state) {
    case SessionState::Idle:
    case SessionState::Preparing: return Tour::tr("the run is starting");
    case SessionState::Running:
    case SessionState::Pausing: return Tour::tr("the run goes on");
    case SessionState::Paused: return Tour::tr("the run is paused");
    case SessionState::Stopping: return Tour::tr("the run is stopping");
    case SessionState::Finished: return Tour::tr("the run has ended");
    case SessionState::Stopped: return Tour::tr("the run was stopped");
    case SessionState::Failed: return Tour::tr("the run has failed");
    }
    return {};
}

} // namespace spectune
