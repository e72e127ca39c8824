// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/PlotPlan.h"

#include <cstdint>

namespace spectune {

class EditedRun;
struct BudgetSchedule;
struct ResolvedRun;
struct RunConfig;

/// What a run's plots and its timeline are laid out by. Any thread.
/// @param matrices that are adapted; 0: not known yet @param held the schedules as the run went, or will; null: as
/// resolved
[[nodiscard]] PlotPlan plotPlan(
    const RunConfig& config, const ResolvedRun& resolved, std::int64_t matrices, const EditedRun* held);

/// The mean rank that the budget ends at; the configuration's target rank, which a total budget overrules, while
/// @p matrices is 0: not known.
[[nodiscard]] double targetRankOf(const RunConfig& config, const ResolvedRun& resolved, std::int64_t matrices);

/// The first t >= @p from at which b(t) < @p budget, by bisection, for b(t) never rises; T: there is none.
[[nodiscard]] std::int64_t firstBelow(const BudgetSchedule& schedule, std::int64_t budget, std::int64_t from);

} // namespace spectune
