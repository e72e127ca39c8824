// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/Validation.h"
#include "training/monitor/RankSnapshot.h"
#include "training/monitor/RunHistory.h"

#include <QString>

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace spectune {

class ConfigForm;

/// The grid of a recorded run from its module names alone ("model.layers.3.self_attn.q_proj"); the matrices' sizes are
/// not known. Sorts the events' ranks into the grid's order. Null where the run recorded no masking event.
[[nodiscard]] std::shared_ptr<const ModuleLayout> layoutFromHistory(RunHistory& history, std::int64_t initRank);
/// The same with the ranks of the run's configuration, which may have a rank map.
[[nodiscard]] std::shared_ptr<const ModuleLayout> layoutFromHistory(
    RunHistory& history, const RunConfig& config, const ResolvedRun& resolved);
/// A layout with the ranks of the run's configuration: @p layout itself where it has no rank map.
[[nodiscard]] std::shared_ptr<const ModuleLayout> withRankMap(
    std::shared_ptr<const ModuleLayout> layout, const RunConfig& config, const ResolvedRun& resolved);
/// A run of fixed rank has no masking event that names its matrices: its newest checkpoint does, or else its rank map.
void nameModules(RunHistory& history, const RunConfig& config, const QString& folder);

/// The grid of a set-up that has not started; null while its model is not known.
[[nodiscard]] std::shared_ptr<const ModuleLayout> layoutFromSetup(const ConfigForm& form);

/// What a masking event alone says: ranks, and the change against the event before it. No λ, no scores.
/// @param events up to and including the one shown; empty: the state before the first
[[nodiscard]] std::shared_ptr<const RankSnapshot> snapshotFromEvents(
    std::shared_ptr<const ModuleLayout> layout, std::span<const MaskEvent> events, std::int64_t step);

} // namespace spectune
