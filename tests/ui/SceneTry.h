// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/session/TrainingEngine.h"

namespace spectune::test {

/// What the scene's engine reads out of answers: the tuned side is surer of each token.
[[nodiscard]] ScoredAnswers sceneScores(const ScoreAnswers& request);

/// 60 samples of sums; the base is right in every tenth, the tuned model in two of three and wrong where 20 divides.
[[nodiscard]] JudgedSamples sceneVerdicts(const JudgeSamples& request);

/// Takes those of @p planned that wait for this border as the engine does. @returns the lines for edits.jsonl
[[nodiscard]] std::vector<std::string> takePlannedEdits(RunControl& control, const std::vector<AppliedEdit>& planned,
    RunConfig& config, ResolvedRun& resolved, std::int64_t step);

/// The same of what the front end asked for.
[[nodiscard]] std::vector<std::string> takeSceneEdits(
    RunControl& control, RunConfig& config, ResolvedRun& resolved, std::int64_t step);

} // namespace spectune::test
