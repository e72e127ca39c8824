// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace spectune {

/// The seven linear matrices of a Llama block, in the order in which it computes: four of attention, three of the rest.
inline constexpr std::array<std::string_view, 7> matrixNames {
    "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"};
inline constexpr std::size_t attentionMatrices = 4;

/// The place of a matrix among them; matrixNames.size() where it is none of them.
[[nodiscard]] constexpr std::size_t matrixOrder(std::string_view name) noexcept
{
    return static_cast<std::size_t>(std::ranges::find(matrixNames, name) - matrixNames.begin());
}

} // namespace spectune
