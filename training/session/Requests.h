// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/RunConfig.h"
#include "training/core/Error.h"
#include "training/session/TryRequests.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
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

/// What an adapter can be written as (ADALORA.md section 8).
inline constexpr std::array<std::string_view, 5> exportFormats {
    "peft-adalora", "peft-lora-padded", "peft-lora", "gguf-lora", "merged"};

struct ExportAdapter {
    std::string source; ///< a run's folder, a checkpoint or an adapter
    std::string format; ///< one of exportFormats
    std::string target; ///< folder to make; refused when it exists and is not empty
    std::string model = {}; ///< the base model's folder, for gguf-lora and merged; empty: the one that the source names
    std::string dtype = {}; ///< of merged: float32, bfloat16, float16 or float64; empty: as the base is stored
    std::int64_t shardBytes = 5'000'000'000; ///< of merged: the weights are split into files of at most this size
};

struct ExportReport {
    std::string format;
    std::string path;
    std::int64_t bytes = 0;
    std::int64_t modules = 0; ///< written; of merged: matrices that were changed
    std::int64_t leftOut = 0; ///< of rank 0
    std::int64_t maxRank = 0;
    std::int64_t vllmMaxRank = 0; ///< --max-lora-rank that vLLM needs; 0: does not apply
    double maxDifference = 0.0; ///< largest |ΔW read back − ΔW|; of merged: |W − (W0 + ΔW, rounded to its type)|
    double maxDelta = 0.0; ///< largest |ΔW|
    bool verified = true; ///< false: the difference is too large; the files are kept and marked
    std::string note = {}; ///< what a reader must know; empty: nothing
    std::string dtype = {}; ///< of merged: the type of the changed matrices
    std::int64_t files = 0; ///< that hold weights
    /// Of merged: ‖W − (W0 + ΔW)‖ / ‖ΔW‖ (Frobenius, all matrices), what rounding to the type costs.
    double roundingLoss = 0.0;
};

/// For callers that have nothing else to tell an unverified export by. @throws Error (Internal)
inline void requireVerified(const ExportReport& report)
{
    if (!report.verified)
        throw Error(FailureKind::Internal,
            report.path
                + ": what was read back is not what the engine has. The files are kept and marked by "
                  "NOT-VERIFIED.txt; do not use them.");
}

/// What a device has to offer.
struct InspectDevice {
    std::string device; ///< "cpu", "cuda", "cuda:1"
};

struct DeviceSummary {
    std::string device; ///< as asked
    std::string name; ///< "NVIDIA H200"; empty: not known
    std::int64_t totalBytes = 0; ///< 0: not known
    std::int64_t freeBytes = 0; ///< of totalBytes, what a run could take: this program's own idle memory counts as free
};

/// Reads one matrix's triplets of a run as they were last saved.
struct ReadFactors {
    std::string source; ///< a run's folder, a checkpoint or an adapter
    std::string module; ///< "model.layers.0.self_attn.q_proj"; empty: the first that kept a triplet
};

/// ΔW = s · P diag(λ) Q of one matrix; values row by row.
struct AdapterFactors {
    std::vector<std::string> modules; ///< all that the adapter holds, in the model's order
    std::string module; ///< the one that follows
    std::int64_t rows = 0; ///< dOut
    std::int64_t columns = 0; ///< dIn
    double scale = 0.0; ///< s
    std::vector<float> p; ///< [rows × r]
    std::vector<float> lambda; ///< [r], none of them 0; r = 0 is allowed
    std::vector<float> q; ///< [r × columns]
};

using Request = std::variant<InspectModel, PreviewData, Generate, ExportAdapter, InspectDevice, ReadFactors,
    ScoreAnswers, JudgeSamples>;
using Answer = std::variant<Failure, ModelSummary, DataPreview, GeneratedText, ExportReport, DeviceSummary,
    AdapterFactors, ScoredAnswers, JudgedSamples>;

} // namespace spectune
