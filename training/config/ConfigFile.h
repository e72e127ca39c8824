// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/RunConfig.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace spectune {

/// The nested JSON with every key and "schema"; an unset optional is null. Ends with a newline.
[[nodiscard]] std::string toJson(const RunConfig& config);

/// Reads nested JSON; a missing key keeps its default. @p origin names the text in errors (a file's path).
/// @throws Error (Io) for a byte 0 or too deep nesting; Error (Config) for other broken JSON (line and column), an unknown
/// key (with the nearest known one), a wrong type, a value out of range, or a schema newer than this program's
[[nodiscard]] RunConfig configFromJson(std::string_view json, std::string_view origin);

/// Reads a file; relative paths in it (model, data, adapter) are taken from the file's own folder
/// and become absolute; "~/" is $HOME. @throws Error (Config, Io)
[[nodiscard]] RunConfig loadConfig(const std::filesystem::path& file);

/// The same with @p overrides ("key=value") applied; paths given in overrides are relative to the working directory.
/// An adalora.target_rank given without an adalora.total_budget unsets the file's, which would overrule it.
[[nodiscard]] RunConfig loadConfig(const std::filesystem::path& file, const std::vector<std::string>& overrides);

} // namespace spectune
