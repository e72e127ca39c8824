// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/FieldTable.h"
#include "training/core/Error.h"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>

namespace spectune::detail {

/// What a field takes, in words: "an integer", "one of constant, linear, cosine".
[[nodiscard]] Message expectedWords(const FieldInfo& field);
/// The bounds in words: "at least 0 and below 1"; empty where there are none.
[[nodiscard]] Message rangeWords(const FieldInfo& field);
/// A value as messages show it: text in quotes, cut when it is long.
[[nodiscard]] Message shown(const FieldValue& value);
/// Nobody's to translate.
[[nodiscard]] Message inQuotes(std::string_view text);

/// A JSON value likewise; a list or an object is not written out, however deep it is.
[[nodiscard]] Message shownJson(const nlohmann::json& value);

/// The value as it is kept: an integer for a Real becomes one, a list of layers is sorted and freed of doubles.
[[nodiscard]] FieldValue normalized(const FieldInfo& field, FieldValue value);
/// The sentence about a wrong type or a value out of range, beginning with the key; nothing when all is well.
/// @param value as normalized() gives it
[[nodiscard]] std::optional<Message> problemWith(const FieldInfo& field, const FieldValue& value);

/// A JSON value as the field's type; a list may also be text as after `--set`. @throws Error (Config) for a wrong type
[[nodiscard]] FieldValue valueFromJson(const FieldInfo& field, const nlohmann::json& json);
/// The way back; std::monostate is null.
[[nodiscard]] nlohmann::ordered_json jsonFromValue(const FieldValue& value);
/// Text as after `--set key=`. @throws Error (Config)
[[nodiscard]] FieldValue valueFromText(const FieldInfo& field, std::string_view text);
/// @param near the known key that may be meant; empty: there is none
[[nodiscard]] Error unknownKey(std::string_view key, std::string_view near);
/// The key of "key=value"; empty where there is none.
[[nodiscard]] std::string_view assignedKey(std::string_view assignment);

/// The candidate nearest to @p name; empty when none is near.
[[nodiscard]] std::string_view nearestName(std::string_view name, std::span<const std::string_view> candidates);

} // namespace spectune::detail
