// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/RunConfig.h"

#include <QString>
#include <QStringList>

#include <cstdint>

namespace spectune {

struct LoadedRun;
struct RunRecord;

/// What comes of an old run, and what a person must know of it before it starts.
struct RunPlan {
    RunConfig config;
    bool resumes = false; ///< goes on in the run's own folder from its last checkpoint; else a new run
    QString explanation; ///< plain sentences
    QString impossible; ///< why it cannot be; empty: it can
};

/// What live edits left changed at the end, "Learning rate 0.001 → 5e−4" each; none where all is as it was started.
[[nodiscard]] QStringList liveChanges(const LoadedRun& run);

/// The run with @p more further steps. With a constant learning rate it is resumed: ti and T − tf keep their steps, so
/// nothing that was done would have been done otherwise. A learning rate that has fallen over the old steps cannot be
/// stretched afterwards: then a new run starts from the trained triplets (adalora.init_from), and of AdaLoRA with the
/// ranks that it ended with (adalora.rank_map, svd-lora): nothing is pruned a second time. Live edits that still mean
/// something stay in force either way.
[[nodiscard]] RunPlan continueWith(const LoadedRun& run, std::int64_t more);

/// What continueWith() would do with a run, in a sentence, from its row of the history and a look into its folder.
struct ContinueChoice {
    bool possible = false;
    QString text; ///< what comes of it; why it cannot be and what can be done instead
};
[[nodiscard]] ContinueChoice continueChoice(const RunRecord& record);

/// A run of fixed ranks out of the learned map (adalora.rank_map): every matrix keeps the rank that it ended with,
/// under the same scale s. Without the map it would have one rank for all that comes nearest to the learned mean.
[[nodiscard]] RunPlan fixedRanksFrom(const LoadedRun& run);

} // namespace spectune
