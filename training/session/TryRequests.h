// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/RunConfig.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace spectune {

/// Continues a prompt; the text streams as PartialText events first.
struct Generate {
    std::string modelPath;
    std::string adapterPath; ///< folder of an adapter or a run; empty: the base alone. Ignored while a run is paused
    bool tuned = false; ///< with the adapter, or the paused run's own
    std::string prompt;
    std::int64_t maxNewTokens = 64;
    double temperature = 0.0; ///< 0: the likeliest token
    double topP = 1.0;
    std::int64_t topK = 0; ///< only the likeliest this many; 0: all
    std::string stop; ///< the text ends before it; empty: only EOS and the length end it
    std::int64_t seed = 42;
    std::string device; ///< "cpu", "cuda", …; empty: the last run's
};

struct GeneratedText {
    std::string text; ///< without the prompt
    std::vector<std::int32_t> ids;
    bool tuned = false;
    bool ended = false; ///< EOS or the stop text came; else the length limit
    double seconds = 0.0;
};

/// Reads given answers to a prompt with the base or the tuned model: how likely each is, token by token.
struct ScoreAnswers {
    std::string modelPath;
    std::string adapterPath; ///< as Generate's
    bool tuned = false;
    std::string prompt;
    std::vector<std::string> answers; ///< the expected one, or all labels of a classification
    std::int64_t maxLength = 512; ///< data.max_length: tokens behind it are cut, as in training
    std::string device; ///< as Generate's
};

struct ScoredToken {
    std::string text; ///< UTF-8 as it stands in the answer; "</s>" and the like for control tokens
    double loss = 0.0; ///< −log P of this token after all before it, in nats
    bool control = false;
};

struct AnswerScore {
    std::vector<ScoredToken> tokens; ///< the loss-bearing ones, EOS included
    double loss = 0.0; ///< their sum: −log P(answer | prompt)
};

struct ScoredAnswers {
    std::vector<AnswerScore> answers; ///< in the order asked for
    bool tuned = false;
};

/// Has the base and the tuned model answer some samples of data.eval_path, greedily, and holds both against the file.
struct JudgeSamples {
    RunConfig config; ///< model.path and data.* are used
    std::string adapterPath; ///< as Generate's
    std::int64_t first = 0; ///< 0-based, in file order
    std::int64_t count = 16;
    std::int64_t maxNewTokens = 256; ///< where the answer's end is marked by ####; else the expected length is enough
    std::string device; ///< as Generate's
};

/// What one side made of one sample.
struct SideVerdict {
    std::string answer;
    bool right = false; ///< sameAnswer()
    double loss = 0.0; ///< Σ −log P over the sample's loss-bearing tokens, in nats
};

struct SampleVerdict {
    std::int64_t sample = 0;
    std::string prompt;
    std::string expected; ///< empty where the sample has no single completion: then no answer was made
    std::int64_t tokens = 0; ///< loss-bearing ones
    std::array<SideVerdict, 2> sides; ///< base, tuned
};

struct JudgedSamples {
    std::int64_t samples = 0; ///< in the file
    std::vector<SampleVerdict> verdicts; ///< by sample; fewer than asked for at the file's end
};

/// The part of an answer that is compared: what follows the last "####" (GSM8K's mark), without blanks and thousands
/// commas; without such a mark the whole text without blanks at its ends.
[[nodiscard]] std::string finalAnswer(const std::string& text);
/// Whether an answer counts as right. Where the expected one has a mark, an answer without one is wrong.
[[nodiscard]] bool sameAnswer(const std::string& answer, const std::string& expected);

} // namespace spectune
