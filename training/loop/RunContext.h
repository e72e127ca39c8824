// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/EditLog.h"
#include "training/data/Batcher.h"
#include "training/data/Dataset.h"
#include "training/loop/Checkpoint.h"
#include "training/loop/LoadedModel.h"
#include "training/loop/RunFolder.h"
#include "training/loop/Trainer.h"
#include "training/session/TrainingEngine.h"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace spectune {

/// A live edit whose step border is still to come.
struct WaitingEdit {
    AppliedEdit edit;
    bool recorded = false; ///< it stands in the run's folder
    bool forced = false; ///< another start of a resumed run: it holds even where an edit would be refused
};

/// All that a run has once its preparation is over.
struct RunContext {
    RunConfig config; ///< every derived value written out; as it is now, live edits included
    ResolvedRun resolved;
    Message deviceName;
    LoadedModel base;
    std::shared_ptr<const Dataset> trainData;
    std::shared_ptr<const Dataset> evalData; ///< null: no evaluation file
    std::unique_ptr<Batcher> batcher;
    std::unique_ptr<Trainer> trainer;
    std::optional<RunFolder> folder; ///< empty: the run leaves no files
    RunPosition position;
    std::deque<WaitingEdit> edits; ///< by step
    std::vector<Message> notes; ///< posted in the preparation; for the run's log once that has begun
};

/// Loads, checks, injects and tokenises in the order in which a mistake is cheapest: what the configuration alone
/// tells, the output folder, the model's headers, the tokenizer, the data, the weights.
/// Nothing is written before all of that held.
/// @param cache see loadModel()
/// @throws Error (Config, Io, OutOfMemory), Stopped
[[nodiscard]] std::unique_ptr<RunContext> prepareRun(
    const RunRequest& request, LoadedModel& cache, RunControl& control);

/// Copies the triplets of an adapter's folder, or of the adapter in a run's folder, into @p trainer's arena, each at
/// its place in the rank pattern; with a rank map from the first place on.
/// @throws Error (Config) naming adalora.init_from where modules, shapes or ranks do not fit
void startFromAdapter(const std::string& path, Trainer& trainer);

/// The facts that validate() wants, from a model's headers.
[[nodiscard]] RunFacts factsOf(const ModelSpec& spec, const RunConfig& config);
/// The adapted matrices and their ranks at the start. @pre @p config passes validate()
[[nodiscard]] ModuleLayout layoutOf(const ModelSpec& spec, const RunConfig& config, const ResolvedRun& resolved);

} // namespace spectune
