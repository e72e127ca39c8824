// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/Index.h"
#include "ui/TourFacts.h"

#include <QString>

#include <span>
#include <utility>
#include <vector>

namespace spectune {

/// The part of Live that a stop points at.
enum class TourTarget { Inspector, Grid, Rail, OrthPlot, BudgetPlot, Timeline };

/// What a card says.
struct TourText {
    QString title;
    QString body;
    std::vector<std::pair<QString, QString>> formula; ///< left side, right side with this run's numbers
};

/// One stop of the guided tour. The script is data; its sentences are functions of a run's values and claim no cause
/// that the run has not measured.
struct TourStop {
    TourTarget target = TourTarget::Grid;
    TourEvent moment = TourEvent::None; ///< the timeline moves there once it has happened
    TourEvent awaits = TourEvent::None; ///< Next is off until then
    TourText (*text)(const TourFacts& facts, ModuleIndex chosen) = nullptr;
    /// The cell to choose, such that the stop has something to show: @p chosen where it has. Invalid: none.
    ModuleIndex (*choose)(const TourFacts& facts, ModuleIndex chosen) = nullptr;
};

[[nodiscard]] std::span<const TourStop> tourStops();
/// "the first pruning", for "Waiting for …".
[[nodiscard]] QString tourEventName(TourEvent event);
/// The line below a card's text: what is waited for, how far the run is, or why nothing can be waited for.
struct TourWaitText {
    QString what; ///< "Waiting for the first pruning"; empty: nothing is waited for
    QString when; ///< "step 34 of 91, in about 7 s"
};
[[nodiscard]] TourWaitText waitText(TourEvent event, const TourFacts& facts);
/// A few words on what the run does meanwhile: "the run goes on".
[[nodiscard]] QString runNote(const TourFacts& facts);

} // namespace spectune
