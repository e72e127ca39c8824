// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string_view>

namespace spectune {

/// Letters, digits, marks and what joins words ("_", the zero-width joiners), of every script.
[[nodiscard]] bool isWordCharacter(char32_t code) noexcept;

/// Whether no word character touches the bytes [@p begin, @p end) of @p text, which is valid UTF-8.
[[nodiscard]] bool standsAlone(std::string_view text, std::size_t begin, std::size_t end) noexcept;

} // namespace spectune
