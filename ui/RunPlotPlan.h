// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/PlotPlan.h"

#include <cstdint>

namespace spectune {

class EditedRun;
struct ResolvedRun;
struct RunConfig;

/// What a run's plots and its timeline are laid out by. Any thread.
/// @param matrices that are adapted; 0: not known yet @param held the schedules as the run went, or will; null: as resolved
[[nodiscard]] PlotPlan plotPlan(
    const RunConfig& config, const ResolvedRun& resolved, std::int64_t matrices, const EditedRun* held);

} // namespace spectune
