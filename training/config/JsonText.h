// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/Message.h"

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace spectune {

/// Lists and objects within one another; more than any configuration, index or record has.
inline constexpr int deepestJson = 512;

/// To call before a parse. The parser takes any depth, but a copy of the value, or its dump(), recurses until the
/// stack is full; and it takes a byte 0 for the end, whatever follows.
/// @throws Error (Io) "<origin>: is nested too deeply…" where the brackets of @p json, outside its texts, lie more than
/// deepestJson deep, and where it holds a byte 0
void checkJsonText(std::string_view json, std::string_view origin);
void checkJsonText(std::string_view json, const Message& origin);

/// A parser's what() in words for those who did not write it: "broken JSON at line 3, column 7: it ends too early. …"
[[nodiscard]] Message brokenJson(std::string_view reason);

/// @return a discarded value where @p json is none; callers know what they expected and say so
/// @throws Error (Io) as checkJsonText()
[[nodiscard]] nlohmann::json parseJson(std::string_view json, std::string_view origin);

/// parseJson() of a whole file. @throws Error (Io) as readText() and checkJsonText()
[[nodiscard]] nlohmann::json readJson(const std::filesystem::path& file);

/// The object that somebody else's file must hold, such as a model's config.json.
/// @throws Error (Config) naming the file and where it is broken, or that it holds another value; Error (Io) as
/// readJson()
[[nodiscard]] nlohmann::json parseJsonObject(std::string_view json, std::string_view origin);
[[nodiscard]] nlohmann::json readJsonObject(const std::filesystem::path& file);

} // namespace spectune
