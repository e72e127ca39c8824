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

std::optional<Message> rangeProblem(const FieldInfo& field, double value, const Message& found)
{
    if (inRange(field, value))
        return std::nullopt;
    const Message range = rangeWords(field);
    return makeMessage(
        "%1 is %2, must be %3", field.key, found, range.empty() ? makeMessage("a finite number") : range);
}

std::optional<Message> choiceProblem(const FieldInfo& field, const std::string& name)
{
    if (std::ranges::find(field.choices, std::string_view(name)) != field.choices.end())
        return std::nullopt;
    const std::string_view near = nearestName(name, field.choices);
    return near.empty() ? makeMessage("%1 is %2, must be %3", field.key, inQuotes(name), expectedWords(field))
                        : makeMessage("%1 is %2, must be %3; did you mean %4?", field.key, inQuotes(name),
                            expectedWords(field), inQuotes(near));
}

std::optional<Message> encodingProblem(const FieldInfo& field, const std::string& text)
{
    if (isUtf8(text))
        return std::nullopt;
    return makeMessage("%1 is %2, must be text in UTF-8", field.key, inQuotes(text));
}

std::optional<Message> mapProblem(const FieldInfo& field, const RankMap& map)
{
    for (const auto& [name, rank] : map) {
        if (name.empty())
            return makeMessage("%1 has a rank without a name, needs names of matrices", field.key);
        if (auto problem = encodingProblem(field, name))
            return problem;
        if (!inRange(field, static_cast<double>(rank)))
            return makeMessage(
                "%1 gives %2 the rank %3, must be %4", field.key, inQuotes(name), rank, rangeWords(field));
    }
    return std::nullopt;
}

} // namespace

Message expectedWords(const FieldInfo& field)
{
    Message words;
    switch (field.type) {
    case FieldType::Integer: words = makeMessage("an integer"); break;
    case FieldType::Real: words = makeMessage("a number"); break;
    case FieldType::Boolean: words = makeMessage("true or false"); break;
    case FieldType::Text: words = makeMessage("text"); break;
    case FieldType::File: words = makeMessage("a file's path as text"); break;
    case FieldType::Folder: words = makeMessage("a folder's path as text"); break;
    case FieldType::Choice: words = makeMessage("one of %1", joined(field.choices)); break;
    case FieldType::TextList: words = makeMessage("a list of names or text such as \"q_proj,v_proj\""); break;
    case FieldType::IntegerList: words = makeMessage("a list of indices or text such as \"2-5\""); break;
    case FieldType::IntegerMap:
        words = makeMessage("an object of names and ranks such as {\"model.layers.0.self_attn.q_proj\": 3}");
        break;
    }
    return field.optional ? makeMessage("%1, or null", words) : words;
}

Message rangeWords(const FieldInfo& field)
{
    Message lower;
    Message upper;
    if (std::isfinite(field.minimum))
        lower = field.minimumExcluded ? makeMessage("above %1", toText(field.minimum))
                                      : makeMessage("at least %1", toText(field.minimum));
    if (std::isfinite(field.maximum))
        upper = field.maximumExcluded ? makeMessage("below %1", toText(field.maximum))
                                      : makeMessage("at most %1", toText(field.maximum));
    if (lower.empty() || upper.empty())
        return lower.empty() ? upper : lower;
    return makeMessage("%1 and %2", lower, upper);
}

Message inQuotes(std::string_view text)
{
    constexpr std::size_t longest = 60;
    const bool cut = text.size() > longest;
    const json shortened = std::string(cut ? text.substr(0, longest) : text);
    std::string result = shortened.dump(-1, ' ', false, json::error_handler_t::replace);
    if (cut)
        result += "…";
    return Message::verbatim(std::move(result));
}

Message shown(const FieldValue& value)
{
    if (std::holds_alternative<std::monostate>(value))
        return Message::verbatim("null");
    if (const auto* text = std::get_if<std::string>(&value))
        return inQuotes(*text);
    if (std::holds_alternative<std::vector<std::string>>(value)
        || std::holds_alternative<std::vector<std::int64_t>>(value))
        return makeMessage("the list %1", inQuotes(toText(value)));
    if (std::holds_alternative<RankMap>(value))
        return makeMessage("the map %1", inQuotes(toText(value)));
    return Message::verbatim(toText(value));
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

std::optional<Message> problemWith(const FieldInfo& field, const FieldValue& value)
{
    if (!hasType(field, value))
        return makeMessage("%1 is %2, needs %3", field.key, shown(value), expectedWords(field));
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
                return makeMessage("%1 holds %2, needs names without commas", field.key, inQuotes(name));
            if (auto problem = encodingProblem(field, name))
                return problem;
        }
    }
    if (const auto* numbers = std::get_if<std::vector<std::int64_t>>(&value)) {
        for (const std::int64_t number : *numbers) {
            if (!inRange(field, static_cast<double>(number)))
                return makeMessage("%1 holds %2, must be %3", field.key, number, rangeWords(field));
        }
    }
    return std::nullopt;
}

Error unknownKey(std::string_view key, std::string_view near)
{
    return near.empty() ? configError("unknown key %1; `spectune-train fields` lists them all", inQuotes(key))
                        : configError("unknown key %1; did you mean %2?", inQuotes(key), inQuotes(near));
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
