// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/RunConfig.h"
#include "training/core/Error.h"
#include "training/session/DeviceRequests.h"
#include "training/session/ExportRequest.h"
#include "training/session/FactorRequests.h"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace spectune {

// What a front end asks of the engine outside a run, and what it gets: values only. Each request is answered on the
// session's thread, between runs or while one is paused; a failure comes back as a Failure for that request alone.

/// Reads config.json, the safetensors headers and the tokenizer of a model folder; no weights.
struct InspectModel {
    std::string path;
};

/// One matrix that could be adapted.
struct MatrixShape {
    std::string kind; ///< "q_proj"
    std::int64_t inFeatures = 0;
    std::int64_t outFeatures = 0;
};

struct ModelSummary {
    std::string path;
    std::string modelType; ///< "llama", "mistral"
    std::int64_t layers = 0;
    std::int64_t width = 0; ///< hidden size
    std::int64_t heads = 0;
    std::int64_t kvHeads = 0;
    std::int64_t vocabulary = 0;
    std::int64_t maxPositions = 0;
    std::int64_t parameters = 0;
    std::int64_t weightBytes = 0;
    std::string dtype; ///< as stored: "float32", "bfloat16", …
    std::string tokenizer; ///< "sentencepiece BPE, 768 pieces"
    std::vector<MatrixShape> matrices; ///< of one block, in the model's order
    bool tiedHead = false; ///< the output's vectors are the embedding's
};

/// Reads one sample as the training would see it.
struct PreviewData {
    RunConfig config; ///< model.path and data.* are used
    bool evaluationFile = false; ///< data.eval_path instead of data.path
    std::int64_t sample = 0; ///< 0-based, in file order
};

struct PreviewToken {
    std::int32_t id = 0;
    std::string text; ///< UTF-8 as it stands in the rendered text; "<s>" and the like for control tokens
    bool bearsLoss = false;
};

struct DataPreview {
    std::string path;
    DataFormat format = DataFormat::Auto; ///< the one decided on, never Auto
    std::string decision; ///< why, in words: "prompt-completion: the first object has the keys prompt and completion"
    std::int64_t samples = 0; ///< in the file
    std::int64_t sample = 0; ///< the one shown
    std::string text; ///< rendered, before the tokens
    std::vector<PreviewToken> tokens; ///< cut at data.max_length, BOS and EOS included
    std::int64_t cutTokens = 0; ///< lost to data.max_length in this sample
    std::vector<std::string> columns; ///< keys or columns that the file offers
};

/// Continues a prompt; the text streams as PartialText events first.
struct Generate {
    std::string modelPath;
    std::string adapterPath; ///< folder of an adapter or a run; empty: the base alone. Ignored while a run is paused
    bool tuned = false; ///< with the adapter, or the paused run's own
    std::string prompt;
    std::int64_t maxNewTokens = 64;
    double temperature = 0.0; ///< 0: the likeliest token
    double topP = 1.0;
    std::int64_t seed = 42;
    std::string device; ///< "cpu", "cuda", …; empty: the last run's
};

struct GeneratedText {
    std::string text; ///< without the prompt
    std::vector<std::int32_t> ids;
    bool tuned = false;
    bool ended = false; ///< EOS came; else the length limit
    double seconds = 0.0;
};

/// Looks closely at the triplets of one matrix: a paused run's as they stand, else those of the newest checkpoint.
struct InspectTriplets {
    std::string source; ///< a run's folder, a checkpoint or an adapter; ignored while a run is paused
    std::string module; ///< "model.layers.0.self_attn.q_proj"
};

/// P is [out, r], Q [r, in]; r counts the triplets that are there: all while paused, the kept ones of a checkpoint.
struct TripletGeometry {
    std::string module;
    std::int64_t step = -1; ///< of the checkpoint; −1: the paused step, or an adapter's
    std::vector<std::int32_t> triplets; ///< [r] their numbers, 0 … init rank − 1
    std::vector<double> lambda; ///< [r]
    std::vector<double> gramP; ///< [r × r] PᵀP
    std::vector<double> gramQ; ///< [r × r] QQᵀ
    std::vector<double> singular; ///< [r] of PΛQ = ΔW / s, descending; by way of the r × r core, never a dense ΔW
};

using Request
    = std::variant<InspectModel, PreviewData, Generate, ExportAdapter, InspectDevice, ReadFactors, InspectTriplets>;
using Answer = std::variant<Failure, ModelSummary, DataPreview, GeneratedText, ExportReport, DeviceSummary,
    AdapterFactors, TripletGeometry>;

} // namespace spectune
