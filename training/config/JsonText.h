// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/Message.h"

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace spectune {

/// Lists and objects within one another; more than any configuration, index or record has.
inline constexpr int deepestJson = 512;

/// To call before a parse: the parser takes any depth, but a copy of the value, or its dump(), recurses until the stack
/// is full.
/// @throws Error (Io) "<origin>: is nested too deeply…" where the brackets of @p json, outside its texts, lie more than
/// deepestJson deep
void refuseDeepJson(std::string_view json, std::string_view origin);
void refuseDeepJson(std::string_view json, const Message& origin);

/// @return a discarded value where @p json is none; callers know what they expected and say so
/// @throws Error (Io) as refuseDeepJson()
[[nodiscard]] nlohmann::json parseJson(std::string_view json, std::string_view origin);

/// parseJson() of a whole file. @throws Error (Io) as readText() and refuseDeepJson()
[[nodiscard]] nlohmann::json readJson(const std::filesystem::path& file);

} // namespace spectune
