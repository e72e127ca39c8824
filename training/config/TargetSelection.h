// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/RunConfig.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spectune {

/// The full name of a block's matrix, as files and adalora.rank_map have it: "model.layers.3.self_attn.q_proj".
[[nodiscard]] std::string matrixPath(std::int64_t layer, std::string_view kind);

/// An entry of adalora.modules: one matrix kind in one block or a row of them; "3.q_proj", "0-3.q_proj", "*.q_proj".
struct ModulePattern {
    std::int64_t first = 0;
    std::optional<std::int64_t> last; ///< unset: up to the model's last block
    std::string kind;

    /// Nothing where the text is no such entry.
    [[nodiscard]] static std::optional<ModulePattern> parse(std::string_view text);
    [[nodiscard]] bool holds(std::int64_t layer, std::string_view matrixKind) const noexcept;
};

/// Which matrices of a model's blocks are adapted, as adalora.targets, adalora.layers and adalora.modules say it: the
/// product of kinds and layers, or, where modules are listed, exactly those.
struct TargetSelection {
    std::vector<std::string> kinds; ///< empty: all
    std::vector<std::int64_t> layers; ///< empty: all
    std::vector<std::string> modules; ///< entries for ModulePattern; empty: kinds × layers

    [[nodiscard]] static TargetSelection of(const AdaLoraConfig& config);
    /// The shortest way to write the ticks of a @p layers × kinds grid, row by row.
    /// @pre one at least is ticked: three empty lists would mean all
    [[nodiscard]] static TargetSelection fromTicks(
        const std::vector<bool>& ticked, const std::vector<std::string>& modelKinds, std::int64_t modelLayers);

    /// Entries of modules that cannot be read hold nothing; validate() names them.
    [[nodiscard]] bool holds(std::int64_t layer, std::string_view kind) const;
    /// The grid, row by row, of a model with these @p modelKinds in each of its @p modelLayers blocks.
    [[nodiscard]] std::vector<bool> ticks(const std::vector<std::string>& modelKinds, std::int64_t modelLayers) const;

    friend bool operator==(const TargetSelection&, const TargetSelection&) = default;
};

} // namespace spectune
