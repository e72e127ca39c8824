// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/Index.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spectune {

/// One adapted matrix W0, out × in.
struct ModuleInfo {
    std::string name; ///< full path: "model.layers.0.self_attn.q_proj"
    LayerIndex layer;
    KindIndex kind;
    std::int64_t inFeatures = 0;
    std::int64_t outFeatures = 0;
};

/// Which matrices a run adapts, and their place in the layer × matrix grid. Immutable once a run has started.
struct ModuleLayout {
    std::vector<ModuleInfo> modules; ///< in the model's order: by layer, then by kind
    std::vector<std::string> kinds; ///< columns of the grid: "q_proj", …, "down_proj"
    std::int64_t layerCount = 0; ///< rows of the grid: all blocks of the model, adapted or not
    std::int64_t initRank = 0; ///< triplets of every module at the start; at most so many where `ranks` says how many
    std::vector<std::int64_t> ranks {}; ///< by module, of a run with a rank map (0 is allowed); empty: initRank each

    /// Triplets of a module at the start: the first of its initRank places.
    [[nodiscard]] std::int64_t rankOf(ModuleIndex module) const
    {
        return ranks.empty() ? initRank : ranks.at(module.at());
    }
    /// Triplets of all modules at the start.
    [[nodiscard]] std::int64_t tripletCount() const noexcept;
    /// Places of the grid module × initRank, in which views and files keep triplets;
    /// more than tripletCount() with a rank map.
    [[nodiscard]] std::int64_t placeCount() const noexcept
    {
        return initRank * static_cast<std::int64_t>(modules.size());
    }
    /// Invalid where that matrix is not adapted.
    [[nodiscard]] ModuleIndex find(LayerIndex layer, KindIndex kind) const noexcept;
    [[nodiscard]] ModuleIndex find(std::string_view name) const noexcept;
    [[nodiscard]] const ModuleInfo& operator[](ModuleIndex index) const { return modules.at(index.at()); }
};

/// "q" for "q_proj": what fits above a column.
[[nodiscard]] std::string_view shortKindName(std::string_view kind) noexcept;
/// Whether the matrix belongs to the attention half of a block (the grid sets the halves apart).
[[nodiscard]] bool isAttentionKind(std::string_view kind) noexcept;

} // namespace spectune
