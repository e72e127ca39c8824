// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/TourScript.h"

#include "ui/Tour.h"
#include "ui/TourTexts.h"
#include "visualization/NumberFormat.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <tuple>

namespace spectune {

namespace {

/// What a matrix has to show at the shown step: 2 kept triplets and pruned ones, 1 kept ones alone, 0 none.
int showing(const TourFacts& facts, ModuleIndex module)
{
    if (!facts.shown || module.at() >= facts.shown->modules.size())
        return 0;
    const std::int64_t kept = facts.shown->modules[module.at()].rank;
    return kept == 0 ? 0 : kept < facts.layout->rankOf(module) ? 2 : 1;
}

/// The matrix of most @p count at the last event, one that still keeps a triplet first; where none has any, the one
/// that has most to show. Of equal ones that in the middle of the model: nothing is special about it.
template <typename Count>
ModuleIndex mostTelling(const TourFacts& facts, Count count)
{
    ModuleIndex best;
    std::tuple<bool, int, int, int> most;
    const int modules = facts.layout ? static_cast<int>(facts.layout->modules.size()) : 0;
    for (int i = 0; i < modules; ++i) {
        const ModuleIndex module {i};
        const int shows = showing(facts, module);
        const int counted
            = facts.shown && module.at() < facts.shown->modules.size() ? count(facts.shown->modules[module.at()]) : 0;
        const std::tuple rated {counted > 0 && shows > 0, counted, shows, -std::abs(i - modules / 2)};
        if (!best.isValid() || rated > most) {
            best = module;
            most = rated;
        }
    }
    return best;
}

/// With kept triplets beside pruned ones, where the run has such a matrix by now.
ModuleIndex telling(const TourFacts& facts, ModuleIndex)
{
    return mostTelling(facts, [](const ModuleState&) { return 0; });
}

/// The chosen one, unless it has lost all its triplets: there is nothing to look at then.
ModuleIndex keepChosen(const TourFacts& facts, ModuleIndex chosen)
{
    return !facts.shown || (chosen.isValid() && showing(facts, chosen) > 0) ? chosen : telling(facts, chosen);
}

template <typename Count>
ModuleIndex mostOrChosen(const TourFacts& facts, ModuleIndex chosen, Count count)
{
    const ModuleIndex most = mostTelling(facts, count);
    const bool any = facts.shown && most.isValid() && most.at() < facts.shown->modules.size()
        && count(facts.shown->modules[most.at()]) > 0;
    return any ? most : keepChosen(facts, chosen);
}

ModuleIndex mostLost(const TourFacts& facts, ModuleIndex chosen)
{
    return mostOrChosen(facts, chosen, [](const ModuleState& module) { return module.lostAtLastEvent; });
}

ModuleIndex mostBack(const TourFacts& facts, ModuleIndex chosen)
{
    return mostOrChosen(facts, chosen, [](const ModuleState& module) { return module.backAtLastEvent; });
}

} // namespace

std::span<const TourStop> tourStops()
{
    using enum TourEvent;
    static const std::array stops {
        TourStop {TourTarget::Inspector, None, None, TourTexts::triplet, telling},
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
