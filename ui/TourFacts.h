// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/monitor/RankSnapshot.h"
#include "training/monitor/RunHistory.h"
#include "training/session/RunEvents.h"
#include "visualization/PlotPlan.h"

#include <cstdint>
#include <memory>

namespace spectune {

class RunModel;

/// What the guided tour waits for and travels back to.
enum class TourEvent { None, FirstPruning, FirstRevival, FinalPhase, End };

/// A wait as the card shows it.
struct TourWait {
    enum class State {
        Over, ///< it has happened, or nothing is waited for
        NotStarted, ///< there is no run yet
        Running,
        Paused, ///< also while stopping or preparing: nothing moves
        Impossible ///< it cannot happen any more in this run
    };
    State state = State::Over;
    std::int64_t step = 0; ///< steps done now
    std::int64_t due = -1; ///< steps done when it happens or may happen next; −1: not known
    double secondsLeft = -1.0; ///< until `due`; negative: not known
};

/// One moment of the shown run as plain values: what the tour's conditions and sentences are made of.
struct TourFacts {
    bool hasRun = false;
    bool recorded = false;
    SessionState state = SessionState::Idle;
    std::int64_t step = 0; ///< steps done
    double secondsPerStep = 0.0; ///< 0: not known
    RunConfig config;
    ResolvedRun resolved;
    PlotPlan plan;
    std::shared_ptr<const ModuleLayout> layout; ///< null: nothing is known of the model
    std::shared_ptr<const RankSnapshot> shown; ///< what heatmap and inspector show; may be null
    const RunHistory* history = nullptr; ///< never null in what of() returns

    [[nodiscard]] static TourFacts of(const RunModel& run);

    /// Steps done when it happened; −1: not so far.
    [[nodiscard]] std::int64_t happenedAt(TourEvent event) const;
    /// The masking event of that moment; null for End, and for what has not happened.
    [[nodiscard]] const MaskEvent* maskEvent(TourEvent event) const;
    /// What is shown is how the ranks stood after @p event: its figures of single matrices may be given.
    [[nodiscard]] bool shows(const MaskEvent& event) const { return shown && shown->eventStep == event.step; }
    /// Steps done when it is planned: for FirstRevival, which nobody plans, the next masking event. −1: never.
    [[nodiscard]] std::int64_t plannedAt(TourEvent event) const;
    [[nodiscard]] TourWait waitFor(TourEvent event) const;
};

} // namespace spectune
