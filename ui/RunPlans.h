// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/RunConfig.h"

#include <QString>

#include <cstdint>

namespace spectune {

struct LoadedRun;

/// What comes of an old run, and what a person must know of it before it starts.
struct RunPlan {
    RunConfig config;
    bool resumes = false; ///< goes on in the run's own folder from its last checkpoint; else a new run
    QString explanation; ///< plain sentences
    QString impossible; ///< why it cannot be; empty: it can
};

/// The run with @p more further steps. With a constant learning rate it is resumed: ti and T − tf keep their steps, so
/// nothing that was done would have been done otherwise. A learning rate that has fallen over the old steps cannot be
/// stretched afterwards: then a new run starts from the trained triplets (adalora.init_from) and their budget.
[[nodiscard]] RunPlan continueWith(const LoadedRun& run, std::int64_t more);

/// A run of fixed rank out of the learned map, as far as the configuration can say it: the matrices' names and the
/// layers that kept any triplet, one rank for all of them that comes nearest to the learned mean.
[[nodiscard]] RunPlan fixedRanksFrom(const LoadedRun& run);

} // namespace spectune
