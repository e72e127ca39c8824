// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/RunConfig.h"

#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace spectune {

enum class FieldType { Integer, Real, Boolean, Text, File, Folder, Choice, TextList, IntegerList, IntegerMap };
enum class FieldLevel { Basic, Advanced };

/// A field's value without its C++ type; std::monostate is "derived from the other fields" (JSON null).
/// A Choice is its name.
using FieldValue = std::variant<std::monostate, bool, std::int64_t, double, std::string, std::vector<std::string>,
    std::vector<std::int64_t>, RankMap>;

/// All that the form, the file, the command line and the help need to know of one parameter.
struct FieldInfo {
    std::string_view key; ///< dotted: "adalora.target_rank"
    std::string_view label; ///< short, for the form
    std::string_view help; ///< one or two sentences, plain text
    std::string_view unit = {}; ///< "steps", "tokens", …; may be empty
    std::string_view zero = {}; ///< what 0 means, in two or three words, where it is no amount: "at the end"
    FieldType type = FieldType::Text;
    bool optional = false; ///< std::monostate is allowed
    double minimum = -std::numeric_limits<double>::infinity();
    double maximum = std::numeric_limits<double>::infinity();
    bool minimumExcluded = false;
    bool maximumExcluded = false;
    std::span<const std::string_view> choices = {}; ///< of a Choice, in the enum's order
    FieldLevel level = FieldLevel::Advanced;
    bool liveEditable = false; ///< may change while a run goes on
};

/// Every parameter once, in the order of the form and of the help page.
[[nodiscard]] std::span<const FieldInfo> fields();
/// Null where no field has this key.
[[nodiscard]] const FieldInfo* findField(std::string_view key);
/// The known key with the smallest edit distance, for "did you mean"; empty when nothing is near.
[[nodiscard]] std::string_view nearestKey(std::string_view key);

/// @throws Error (Config) for an unknown key, naming the nearest known one
[[nodiscard]] FieldValue fieldValue(const RunConfig& config, std::string_view key);
/// Checks type and range. @throws Error (Config) naming the key, the value and what is allowed
void setFieldValue(RunConfig& config, std::string_view key, const FieldValue& value);
/// The default, i.e. the value in a RunConfig{}.
[[nodiscard]] FieldValue defaultValue(std::string_view key);

/// `--set key=value`: the text is read by the field's type; lists as "a,b" or "2-5", a rank map as a JSON object
/// or ""; "" or "null" unsets an optional.
/// @throws Error (Config)
void setFieldFromText(RunConfig& config, std::string_view key, std::string_view text);
/// "key=value" split at the first '='. @throws Error (Config)
void applyAssignment(RunConfig& config, std::string_view assignment);
/// As a person would type it after `--set key=`.
[[nodiscard]] std::string toText(const FieldValue& value);

[[nodiscard]] std::string_view toString(DataFormat value) noexcept;
[[nodiscard]] std::string_view toString(ElementType value) noexcept;
[[nodiscard]] std::string_view toString(LrSchedule value) noexcept;
[[nodiscard]] std::string_view toString(Method value) noexcept;
[[nodiscard]] std::string_view toString(ScoreKind value) noexcept;
[[nodiscard]] std::string_view toString(SensitivityStep value) noexcept;
[[nodiscard]] std::string_view toString(RegularizerKind value) noexcept;

} // namespace spectune
