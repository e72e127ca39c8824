// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/io/ModelFolder.h"
#include "training/nn/AdapterState.h"
#include "training/session/TrainingEngine.h"

#include <ATen/core/ScalarType.h>

#include <cstdint>
#include <filesystem>
#include <optional>

namespace spectune {

struct MergeOptions {
    /// Of all floating-point tensors; empty: each as it is stored.
    std::optional<at::ScalarType> type = {};
    std::uint64_t shardBytes = 5'000'000'000;
};

/// Writes a Hugging Face folder whose matrices are W0 + ΔW: safetensors in shards with an index, config.json, and the
/// base's tokenizer, generation and licence files. One piece of one matrix is in memory at a time. Then reads all of it
/// back: copied tensors must be equal byte for byte, merged ones the rounded sum bit for bit.
/// Where that fails the folder is kept, marked, and report.verified is false.
/// @throws Error (Config) where the adapter does not fit, a sum overflows the type, or @p target is not empty;
/// Error (Io) where the disk has too little room, numbers are not finite or writing fails; Stopped
[[nodiscard]] ExportReport writeMerged(const AdapterState& adapter, const ModelFolder& base,
    const std::filesystem::path& target, const MergeOptions& options = {}, const RequestContext& context = {});

} // namespace spectune
