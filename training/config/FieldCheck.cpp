// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/config/FieldCheck.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace spectune::detail {

namespace {

using nlohmann::json;

std::string joined(std::span<const std::string_view> names)
{
    std::string text;
    for (const std::string_view name : names)
        text += (text.empty() ? "" : ", ") + std::string(name);
    return text;
}

bool isUtf8(const std::string& text)
{
    try {
        (void)json(text).dump();
        return true;
    } catch (const json::exception&) {
        return false;
    }
}

bool hasType(const FieldInfo& field, const FieldValue& value)
{
    if (std::holds_alternative<std::monostate>(value))
        return field.optional;
    switch (field.type) {
    case FieldType::Integer: return std::holds_alternative<std::int64_t>(value);
    case FieldType::Real: return std::holds_alternative<double>(value);
    case FieldType::Boolean: return std::holds_alternative<bool>(value);
    case FieldType::Text:
    case FieldType::File:
    case FieldType::Folder:
    case FieldType::Choice: return std::holds_alternative<std::string>(value);
    case FieldType::TextList: return std::holds_alternative<std::vector<std::string>>(value);
    case FieldType::IntegerList: return std::holds_alternative<std::vector<std::int64_t>>(value);
    case FieldType::IntegerMap: return std::holds_alternative<RankMap>(value);
    }
    return false;
}

bool inRange(const FieldInfo& field, double value)
{
    return std::isfinite(value) && (field.minimumExcluded ? value > field.minimum : value >= field.minimum)
        && (field.maximumExcluded ? value < field.maximum : value <= field.maximum);
}

std::string isAnd(const FieldInfo& field, const std::string& found, const std::string& demand)
{
    return std::string(field.key) + " is " + found + ", " + demand;
}

std::optional<std::string> rangeProblem(const FieldInfo& field, double value, const std::string& found)
{
    if (inRange(field, value))
        return std::nullopt;
    const std::string range = rangeWords(field);
    return isAnd(field, found, "must be " + (range.empty() ? "a finite number" : range));
}

std::optional<std::string> choiceProblem(const FieldInfo& field, const std::string& name)
{
    if (std::ranges::find(field.choices, std::string_view(name)) != field.choices.end())
        return std::nullopt;
    std::string text = isAnd(field, inQuotes(name), "must be " + expectedWords(field));
    if (const std::string_view near = nearestName(name, field.choices); !near.empty())
        text += "; did you mean " + inQuotes(near) + "?";
    return text;
}

std::optional<std::string> encodingProblem(const FieldInfo& field, const std::string& text)
{
    if (isUtf8(text))
        return std::nullopt;
    return isAnd(field, inQuotes(text), "must be text in UTF-8");
}

std::optional<std::string> mapProblem(const FieldInfo& field, const RankMap& map)
{
    for (const auto& [name, rank] : map) {
        if (name.empty())
            return std::string(field.key) + " has a rank without a name, needs names of matrices";
        if (auto problem = encodingProblem(field, name))
            return problem;
        if (!inRange(field, static_cast<double>(rank)))
            return std::string(field.key) + " gives " + inQuotes(name) + " the rank " + std::to_string(rank)
                + ", must be " + rangeWords(field);
    }
    return std::nullopt;
}

} // namespace

std::string expectedWords(const FieldInfo& field)
{
    std::string words;
    switch (field.type) {
    case FieldType::Integer: words = "an integer"; break;
    case FieldType::Real: words = "a number"; break;
    case FieldType::Boolean: words = "true or false"; break;
    case FieldType::Text: words = "text"; break;
    case FieldType::File: words = "a file's path as text"; break;
    case FieldType::Folder: words = "a folder's path as text"; break;
    case FieldType::Choice: words = "one of " + joined(field.choices); break;
    case FieldType::TextList: words = "a list of names or text such as \"q_proj,v_proj\""; break;
    case FieldType::IntegerList: words = "a list of indices or text such as \"2-5\""; break;
    case FieldType::IntegerMap:
        words = "an object of names and ranks such as {\"model.layers.0.self_attn.q_proj\": 3}";
        break;
    }
    return field.optional ? words + ", or null" : words;
}

std::string rangeWords(const FieldInfo& field)
{
    std::string words;
    if (std::isfinite(field.minimum))
        words = (field.minimumExcluded ? "above " : "at least ") + toText(field.minimum);
    if (std::isfinite(field.maximum)) {
        if (!words.empty())
            words += " and ";
        words += (field.maximumExcluded ? "below " : "at most ") + toText(field.maximum);
    }
    return words;
}

std::string inQuotes(std::string_view text)
{
    constexpr std::size_t longest = 60;
    const bool cut = text.size() > longest;
    const json shortened = std::string(cut ? text.substr(0, longest) : text);
    std::string result = shortened.dump(-1, ' ', false, json::error_handler_t::replace);
    if (cut)
        result += "…";
    return result;
}

std::string shown(const FieldValue& value)
{
    if (std::holds_alternative<std::monostate>(value))
        return "null";
    if (const auto* text = std::get_if<std::string>(&value))
        return inQuotes(*text);
    if (std::holds_alternative<std::vector<std::string>>(value)
        || std::holds_alternative<std::vector<std::int64_t>>(value))
        return "the list " + inQuotes(toText(value));
    if (std::holds_alternative<RankMap>(value))
        return "the map " + inQuotes(toText(value));
    return toText(value);
}

FieldValue normalized(const FieldInfo& field, FieldValue value)
{
    if (field.type == FieldType::Real) {
        if (const auto* integer = std::get_if<std::int64_t>(&value))
            return static_cast<double>(*integer);
    }
    if (auto* list = std::get_if<std::vector<std::int64_t>>(&value)) {
        std::ranges::sort(*list);
        list->erase(std::unique(list->begin(), list->end()), list->end());
    }
    return value;
}

std::optional<std::string> problemWith(const FieldInfo& field, const FieldValue& value)
{
    if (!hasType(field, value))
        return isAnd(field, shown(value), "needs " + expectedWords(field));
    if (const auto* integer = std::get_if<std::int64_t>(&value))
        return rangeProblem(field, static_cast<double>(*integer), shown(value));
    if (const auto* real = std::get_if<double>(&value))
        return rangeProblem(field, *real, shown(value));
    if (const auto* text = std::get_if<std::string>(&value))
        return field.type == FieldType::Choice ? choiceProblem(field, *text) : encodingProblem(field, *text);
    if (const auto* map = std::get_if<RankMap>(&value))
        return mapProblem(field, *map);
    if (const auto* names = std::get_if<std::vector<std::string>>(&value)) {
        for (const std::string& name : *names) {
            if (name.empty() || name.find(',') != std::string::npos)
                return std::string(field.key) + " holds " + inQuotes(name) + ", needs names without commas";
            if (auto problem = encodingProblem(field, name))
                return problem;
        }
    }
    if (const auto* numbers = std::get_if<std::vector<std::int64_t>>(&value)) {
        for (const std::int64_t number : *numbers) {
            if (!inRange(field, static_cast<double>(number)))
                return std::string(field.key) + " holds " + std::to_string(number) + ", must be " + rangeWords(field);
        }
    }
    return std::nullopt;
}

std::string_view nearestName(std::string_view name, std::span<const std::string_view> candidates)
{
    constexpr std::size_t longest = 64; // longer texts are no slip of a key, and the table below is quadratic
    if (name.empty() || name.size() > longest)
        return {};
    std::string_view best;
    std::size_t bestDistance = std::max<std::size_t>(2, name.size() / 3) + 1;
    for (const std::string_view candidate : candidates) {
        // Levenshtein's distance, one row at a time.
        std::vector<std::size_t> row(candidate.size() + 1);
        for (std::size_t j = 0; j < row.size(); ++j)
            row[j] = j;
        for (std::size_t i = 1; i <= name.size(); ++i) {
            std::size_t diagonal = std::exchange(row[0], i);
            for (std::size_t j = 1; j < row.size(); ++j) {
                const std::size_t replaced = diagonal + (name[i - 1] == candidate[j - 1] ? 0 : 1);
                diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, replaced}));
            }
        }
        if (row.back() < bestDistance && row.back() < std::max(name.size(), candidate.size())) {
            bestDistance = row.back();
            best = candidate;
        }
    }
    return best;
}

nlohmann::ordered_json jsonFromValue(const FieldValue& value)
{
    return std::visit(
        [](const auto& held) -> nlohmann::ordered_json {
            if constexpr (std::is_same_v<std::remove_cvref_t<decltype(held)>, std::monostate>)
                return nullptr;
            else
                return held;
        },
        value);
}

} // namespace spectune::detail
