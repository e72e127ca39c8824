// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/RunConfig.h"
#include "training/config/Validation.h"
#include "training/nn/AdapterState.h"
#include "training/nn/ModelSpec.h"
#include "training/session/TrainingEngine.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace spectune {

/// What adapter_config.json says beside the tensors.
struct AdapterMeta {
    std::string baseModel; ///< base_model_name_or_path
    std::int64_t baseLayers = 0; ///< blocks of the base; 0: not known (target_modules then holds full names)
    RunConfig config; ///< β1, β2, γ, dropout, target rank
    ResolvedRun resolved; ///< T, ti, tf, ΔT
    std::string name = {}; ///< the run's, for GGUF
    std::optional<ModelSpec> spec = {}; ///< of the base; GGUF's order of rows depends on it
};

/// Reads a folder that PEFT or Spectune wrote: AdaLoRA (with or without rank_pattern) or plain LoRA (rank_pattern,
/// alpha_pattern, rsLoRA). Tensors come as float32, or float64 where they are stored so. For AdaLoRA scale is
/// alpha / (init_r + 1e-5). For LoRA method is Lora, scale is the config's alpha / r, and λ is 1, or the ratio of a
/// module's own scale to it. Modules are in the order of their layers and matrices.
/// @throws Error (Config, Io) naming the folder, key or tensor; DoRA and other variants are refused by name
[[nodiscard]] AdapterState readAdapter(const std::filesystem::path& folder);

/// The folder that readAdapter() takes where @p path is an adapter's or that of a run which has written one: @p path or
/// its adapter/. Empty where neither has an adapter_config.json. @throws Error (Io) as fileExists()
[[nodiscard]] std::filesystem::path adapterFolderIn(const std::filesystem::path& path);

/// Writes "peft-adalora", "peft-lora-padded", "peft-lora" or "gguf-lora" (see exportFormats), reads it back and
/// compares ΔW with @p adapter's module by module before the folder appears under its name. Rows whose λ is 0 are left
/// out. Where the comparison fails the folder is kept, marked, and report.verified is false.
/// @throws Error (Config) for an unknown format, a target that exists and is not empty, or an adapter that the format
/// cannot hold; Error (Io) where numbers are not finite or writing fails; Stopped
[[nodiscard]] ExportReport writeAdapter(const AdapterState& adapter, std::string_view format,
    const std::filesystem::path& target, const AdapterMeta& meta, const RequestContext& context = {});

/// Largest |ΔW_a − ΔW_b| and largest |ΔW_a| over all modules, by blocks of rows (no dense ΔW is kept).
struct DeltaDifference {
    double maxDifference = 0.0;
    double maxDelta = 0.0;
};
/// A module that one of them lacks counts as ΔW = 0 there. @param progress is told the modules done; it may throw
[[nodiscard]] DeltaDifference compareDeltas(const AdapterState& a, const AdapterState& b,
    const std::function<void(std::int64_t done, std::int64_t total)>& progress = {});

/// The --max-lora-rank that vLLM needs for a rank: the next of 8, 16, 32, 64, 128, 256, 320, 512; 0 above them.
[[nodiscard]] std::int64_t vllmMaxRank(std::int64_t rank) noexcept;

} // namespace spectune
