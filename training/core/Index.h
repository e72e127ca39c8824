// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef> // before <compare>: moc of Qt 6.4 does not find libstdc++'s macros otherwise

#include <compare>
#include <cstdint>

namespace spectune {

/// An integer that says what it counts, so that a module's index is never taken for a layer's.
template <typename Tag>
struct Index {
    std::int32_t value = -1;

    [[nodiscard]] constexpr bool isValid() const noexcept { return value >= 0; }
    /// For subscripts. @pre isValid()
    [[nodiscard]] constexpr std::size_t at() const noexcept { return static_cast<std::size_t>(value); }
    friend constexpr auto operator<=>(const Index&, const Index&) noexcept = default;
};

using ModuleIndex = Index<struct ModuleTag>; ///< position in ModuleLayout::modules
using LayerIndex = Index<struct LayerTag>; ///< decoder block, 0 is nearest the embedding
using KindIndex = Index<struct KindTag>; ///< position in ModuleLayout::kinds (q_proj, k_proj, …)

} // namespace spectune
