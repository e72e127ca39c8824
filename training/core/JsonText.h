// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace spectune {

/// Lists and objects within one another; more than any configuration, index or record has.
inline constexpr int deepestJson = 512;

/// Whether the brackets of @p json, outside its texts, lie more than deepestJson deep. To ask before parsing: the parser takes
/// any depth, but a copy of the value, or its dump(), recurses until the stack is full.
[[nodiscard]] bool isNestedTooDeeply(std::string_view json) noexcept;

/// @throws Error (Io) "<origin>: is nested too deeply…"
void refuseDeepJson(std::string_view json, std::string_view origin);

} // namespace spectune
