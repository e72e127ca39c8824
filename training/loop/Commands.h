// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/EngineApi.h"
#include "training/config/RunConfig.h"
#include "training/core/StopToken.h"
#include "training/session/TrainingEngine.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace spectune {

// What the command line asks of the engine beside runs. All throw Error (Config, Io, OutOfMemory) and Stopped.

[[nodiscard]] SPECTUNE_ENGINE_API std::unique_ptr<TrainingEngine> createEngine();

struct EvaluateCommand {
    RunConfig config; ///< model.path, data.path (the file to evaluate), data.*, train.dtype, .batch_size and .threads
    std::string adapter; ///< folder of an adapter, a run or a checkpoint; empty: the base alone
    std::string device = "cpu";
    bool exactMatch = false; ///< also generate every completion greedily and compare
    StopToken stop;
};

struct EvaluationReport {
    double loss = 0.0; ///< mean per loss-bearing token
    double perplexity = 0.0;
    std::int64_t tokens = 0; ///< targets
    std::int64_t samples = 0;
    double exactMatch = -1.0; ///< share of the answers that came out to the letter; −1: not asked for
    std::int64_t answered = 0; ///< samples behind exactMatch: those whose prompt leaves room for an answer
};

/// Reads the weights last: what a typo can break is found before.
[[nodiscard]] SPECTUNE_ENGINE_API EvaluationReport evaluateFile(const EvaluateCommand& command);

struct LogitsCommand {
    std::string model;
    std::string adapter; ///< as above
    std::string tokensFile; ///< JSON: a list of equally long lists of ids
    std::string outFile; ///< safetensors: "logits" [batch, seq, vocabulary], float32
    ElementType dtype = ElementType::Float32;
    std::string device = "cpu";
    StopToken stop;
};

/// @return [batch, seq, vocabulary]
SPECTUNE_ENGINE_API std::vector<std::int64_t> writeLogits(const LogitsCommand& command);

/// Ids of every line, lines ending at \n only, no BOS or EOS; @p line is called for one after the other.
/// @throws Error (Io) for a text that is not UTF-8, naming the line, before the first call
SPECTUNE_ENGINE_API void tokenizeFile(const std::string& model, const std::string& textFile,
    const std::function<void(const std::vector<std::int32_t>& ids)>& line, const StopToken& stop);

/// What a folder is and holds: a model, a run, a checkpoint or an adapter, as one JSON object.
[[nodiscard]] SPECTUNE_ENGINE_API std::string describeFolder(const std::string& path);

} // namespace spectune
