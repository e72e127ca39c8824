// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/io/KeptRows.h"
#include "training/nn/AdapterState.h"
#include "training/nn/ModelSpec.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spectune {

/// The file in an export's folder.
inline constexpr const char* ggufAdapterFile = "adapter.gguf";

/// The file of an adapter in GGUF: @p path itself where it ends in .gguf, or adapter.gguf in that folder; else empty.
[[nodiscard]] std::optional<std::filesystem::path> ggufAdapterIn(const std::filesystem::path& path);

/// "blk.3.attn_q" for "model.layers.3.self_attn.q_proj".
/// @throws Error (Config) naming a module for which llama.cpp's "llama" architecture has no name
[[nodiscard]] std::string ggufName(std::string_view module);

/// llama.cpp rotates neighbouring rows of a head, (2i, 2i + 1), where transformers rotates the halves, (i, i + d/2): so
/// it stores the rows of q and k interleaved. @param rows [heads · d, any] @return the same, in the other order
[[nodiscard]] at::Tensor toNeighbours(const at::Tensor& rows, std::int64_t heads);
[[nodiscard]] at::Tensor toHalves(const at::Tensor& rows, std::int64_t heads);

/// Writes a LoRA for llama.cpp: float32, true ranks, B' = s·P·diag(λ) and A' = Q, adapter.lora.alpha 0 (which means the
/// scale 1). Modules of rank 0 are left out.
/// @param name general.name @param baseModel general.base_model.0.name
/// @throws Error (Config, Io)
void writeGgufAdapter(const std::filesystem::path& file, const std::vector<KeptRows>& rows, double scale,
    const ModelSpec& base, const std::string& name, const std::string& baseModel);

/// Reads a GGUF LoRA of the "llama" architecture, with the rows in transformers' order: method Lora, scale 1, λ the
/// module's own alpha / r. The head counts are those that writeGgufAdapter() adds to the file.
/// @throws Error (Config, Io) naming the file, key or tensor
[[nodiscard]] AdapterState readGgufAdapter(const std::filesystem::path& file);

} // namespace spectune
