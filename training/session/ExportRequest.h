// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/Error.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace spectune {

/// What an adapter can be written as: PEFT's AdaLoRA; plain LoRA with every rank filled up to the largest, or with
/// ranks of their own; llama.cpp's LoRA; the whole model with W0 + ΔW.
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
    /// Largest |ΔW read back − ΔW of the engine|; of merged: |W read back − (W0 + ΔW rounded to its type)|.
    double maxDifference = 0.0;
    double maxDelta = 0.0; ///< largest |ΔW|
    bool verified = true; ///< false: the difference is too large; the files are kept and marked
    Message note = {}; ///< what a reader must know; empty: nothing
    std::string dtype = {}; ///< of merged: the type of the changed matrices
    std::int64_t files = 0; ///< that hold weights
    /// Of merged: ‖W − (W0 + ΔW)‖ / ‖ΔW‖ (Frobenius, all matrices), what rounding to the type costs.
    double roundingLoss = 0.0;
    std::int64_t step = -1; ///< of the checkpoint that was exported; −1: an adapter, which does not know
};

/// For callers that have nothing else to tell an unverified export by. @throws Error (Internal)
inline void requireVerified(const ExportReport& report)
{
    if (!report.verified)
        throw Error(FailureKind::Internal,
            makeMessage("%1: what was read back is not what the engine has. The files are kept and marked by "
                        "NOT-VERIFIED.txt; do not use them.",
                report.path));
}

} // namespace spectune
