// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/nn/AdapterState.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spectune {

/// The block's index in "model.layers.3.self_attn.q_proj"; −1 where the name has none.
[[nodiscard]] std::int64_t layerOf(std::string_view module) noexcept;

/// "q_proj" of "model.layers.3.self_attn.q_proj".
[[nodiscard]] std::string_view kindOf(std::string_view module) noexcept;

/// By layer, then q, k, v, o, gate, up, down, then by name.
void sortModules(std::vector<ModuleAdapter>& modules);

/// PEFT's target_modules: the kinds alone where every one of the base's blocks has each of them, else full names.
/// PEFT adapts all modules that end in a listed name, so a kind that is adapted in some blocks only needs full names.
[[nodiscard]] std::vector<std::string> targetModules(const std::vector<std::string>& modules, std::int64_t baseLayers);

} // namespace spectune
