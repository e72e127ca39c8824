// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/RunConfig.h"
#include "training/core/Error.h"
#include "training/session/DeviceRequests.h"
#include "training/session/ExportRequest.h"
#include "training/session/FactorRequests.h"
#include "training/session/TripletRequests.h"
#include "training/session/TryRequests.h"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace spectune {

// What a front end asks of the engine outside a run, and what it gets: values only. Each request is answered on the
// session's thread, between runs or while one is paused, InspectTriplets between the steps of a running one, too; a
// failure comes back as a Failure for that request alone.

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
    Message tokenizer; ///< "sentencepiece BPE, 768 pieces"
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
    Message decision; ///< why, in words: "prompt-completion: the first object has the keys prompt and completion"
    std::int64_t samples = 0; ///< in the file
    std::int64_t sample = 0; ///< the one shown
    std::string text; ///< rendered: what `tokens` stand for, or all of it where nothing is cut
    std::vector<PreviewToken> tokens; ///< cut at data.max_length, BOS and EOS included
    std::int64_t cutTokens = 0; ///< lost to data.max_length in this sample
    std::vector<std::string> columns; ///< keys or columns that the file offers
    bool cutMore = false; ///< only a very long text's beginning was tokenised: more than cutTokens are lost
    std::int64_t documentTokens = 0; ///< of the document whose blocks are the samples; 0: the samples are records
};

/// Tokenises samples of the training file to see how long they are: all of a small file, evenly spaced ones of a large
/// one. Takes a few seconds at most.
struct MeasureLengths {
    RunConfig config; ///< model.path and data.{path, format, template, columns} are used
    std::int64_t most = 10'000; ///< samples that are read; fewer where they are long
};

struct SampleLengths {
    std::string path;
    std::int64_t samples = 0; ///< in the file
    std::vector<std::int32_t> tokens; ///< of each sample read, BOS and EOS included, uncut; ascending
    /// Where each sample's first loss-bearing token stands; ascending. A sample is dropped where that is not below
    /// data.max_length; one without any has the largest number.
    std::vector<std::int32_t> firstTargets;
    std::int64_t estimated = 0; ///< samples so long that their length was estimated from their beginning
};

using Request = std::variant<InspectModel, PreviewData, Generate, ExportAdapter, InspectDevice, ReadFactors,
    InspectTriplets, ScoreAnswers, JudgeSamples, MeasureLengths>;
using Answer = std::variant<Failure, ModelSummary, DataPreview, GeneratedText, ExportReport, DeviceSummary,
    AdapterFactors, TripletGeometry, ScoredAnswers, JudgedSamples, SampleLengths>;

} // namespace spectune
