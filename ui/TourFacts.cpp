// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/TourFacts.h"

#include "ui/RunModel.h"
#include "ui/RunPlotPlan.h"

#include <algorithm>

namespace spectune {

TourFacts TourFacts::of(const RunModel& run)
{
    TourFacts facts;
    facts.hasRun = run.hasRun();
    facts.recorded = run.isRecorded();
    facts.state = run.state();
    facts.step = run.step();
    facts.secondsPerStep = run.secondsPerStep();
    facts.config = run.config();
    facts.resolved = run.resolved();
    facts.plan = run.plan();
    facts.layout = run.layout();
    facts.shown = run.shownSnapshot();
    facts.history = &run.history();
    return facts;
}

const MaskEvent* TourFacts::maskEvent(TourEvent event) const
{
    const auto& events = history->events;
    const auto found = std::find_if(events.begin(), events.end(), [&](const MaskEvent& mask) {
        switch (event) {
        case TourEvent::FirstPruning: return mask.pruned > 0;
        case TourEvent::FirstRevival: return mask.revived > 0;
        case TourEvent::FinalPhase: return mask.step > plan.finalStart; // t = T − tf, and a step is t + 1
        default: return false;
        }
    });
    return found == events.end() ? nullptr : &*found;
}

std::int64_t TourFacts::happenedAt(TourEvent event) const
{
    if (event == TourEvent::End)
        return hasRun && isTerminal(state) ? step : -1;
    const MaskEvent* mask = maskEvent(event);
    return mask ? mask->step : -1;
}

std::int64_t TourFacts::plannedAt(TourEvent event) const
{
    if (event == TourEvent::End)
        return plan.totalSteps > 0 ? plan.totalSteps : -1;
    const std::int64_t count = plan.eventCount();
    if (event == TourEvent::None || count == 0)
        return -1;
    if (event == TourEvent::FinalPhase)
        return plan.eventAt(count - 1);
    // An event prunes nothing while the rounded budget is still the initial one.
    const std::int64_t falls
        = event == TourEvent::FirstPruning ? firstBelow(resolved.schedule, resolved.schedule.initialBudget, 0) : 0;
    const std::int64_t due = plan.eventsUntil(std::max(step, falls));
    return due < count ? plan.eventAt(due) : -1;
}

TourWait TourFacts::waitFor(TourEvent event) const
{
    TourWait wait;
    wait.step = step;
    if (event == TourEvent::None || happenedAt(event) >= 0)
        return wait;
    wait.due = plannedAt(event);
    if (wait.due < 0 || (hasRun && isTerminal(state)) || (hasRun && wait.due <= step && event != TourEvent::End)) {
        wait.state = TourWait::State::Impossible;
        return wait;
    }
    if (!hasRun) {
        wait.state = TourWait::State::NotStarted;
        return wait;
    }
    wait.state = state == SessionState::Running || state == SessionState::Pausing ? TourWait::State::Running
                                                                                  : TourWait::State::Paused;
    if (secondsPerStep > 0)
        wait.secondsLeft = static_cast<double>(wait.due - step) * secondsPerStep;
    return wait;
}

} // namespace spectune
