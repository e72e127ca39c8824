// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/StopToken.h"
#include "training/data/SampleCache.h"
#include "training/data/SampleSource.h"
#include "training/data/Tokenizer.h"
#include "training/nn/DecoderModel.h"
#include "training/session/TryRequests.h"

#include <cstdint>
#include <string>

namespace spectune {

/// What a model is asked of a sample.
struct Question {
    std::string prompt;
    std::string expected; ///< empty: there is no single completion, or the prompt leaves no room to answer in
    std::int64_t expectedTokens = 0;
};

[[nodiscard]] Question questionOf(const RenderedSample& rendered, const Tokenizer& tokenizer, const ModelSpec& spec);

/// Each answer behind the prompt, tokenised with it as a whole, as training would read it.
/// @param adapters null: the base alone
/// @throws Error (Config) where there is no answer, or it begins behind the model's positions; Stopped
[[nodiscard]] ScoredAnswers scoreAnswers(const ScoreAnswers& request, DecoderModel& model, const Tokenizer& tokenizer,
    const AdapterSet* adapters, const StopToken& stop);

/// Both sides on the same samples. Prompts of equal length are answered together.
/// @param adapters the tuned side @throws Error (Config, Io); Stopped
[[nodiscard]] JudgedSamples judgeSamples(const JudgeSamples& request, SampleCache& cache, DecoderModel& model,
    const Tokenizer& tokenizer, const AdapterSet* adapters, const StopToken& stop);

} // namespace spectune
