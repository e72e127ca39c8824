// SPDX-License-Identifier: GPL-3.0-or-later
// Fields as text, in both directions, and as single JSON values.
#include "training/config/FieldCheck.h"
#include "training/core/Error.h"

#include <nlohmann/json.hpp>

#include <charconv>

namespace spectune {

namespace {

using nlohmann::json;

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view blank = " \t\r\n";
    const std::size_t first = text.find_first_not_of(blank);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

/// @throws Error (Config) where it is a number that no Number holds
template <typename Number>
std::optional<Number> parsed(const FieldInfo& field, std::string_view text)
{
    Number number {};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc::result_out_of_range && end == text.data() + text.size()) {
        const Message range = detail::rangeWords(field);
        throw configError(
            "%1 is %2, must be %3", field.key, text, range.empty() ? makeMessage("a number of ordinary size") : range);
    }
    if (error != std::errc {} || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

Error wrongValue(const FieldInfo& field, const Message& found)
{
    return configError("%1 is %2, needs %3", field.key, found, detail::expectedWords(field));
}

/// The parts between commas, without the blanks around them; none for blank text.
std::vector<std::string_view> commaParts(std::string_view text)
{
    std::vector<std::string_view> parts;
    if (trimmed(text).empty())
        return parts;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        parts.push_back(trimmed(text.substr(begin, end - begin)));
        begin = end + 1;
    }
    return parts;
}

/// Adds "3" or "2-5" to @p list. Bounds are checked before a range is written out,
/// so that "0-999999999999" costs nothing.
void addIndices(const FieldInfo& field, std::string_view part, std::vector<std::int64_t>& list)
{
    const std::size_t dash = part.find('-', 1);
    const auto first = parsed<std::int64_t>(field, trimmed(part.substr(0, dash)));
    const auto last
        = dash == std::string_view::npos ? first : parsed<std::int64_t>(field, trimmed(part.substr(dash + 1)));
    if (!first || !last)
        throw wrongValue(field, detail::inQuotes(part));
    if (*first > *last)
        throw configError("%1 holds %2, the first index must not be above the last", field.key, detail::inQuotes(part));
    const FieldValue bounds = std::vector<std::int64_t> {*first, *last};
    if (const auto problem = detail::problemWith(field, bounds))
        throw configError(*problem);
    for (std::int64_t index = *first; index <= *last; ++index)
        list.push_back(index);
}

FieldValue listFromText(const FieldInfo& field, std::string_view text)
{
    if (trimmed(text).starts_with('[')) { // as it would stand in the file, "[]" above all
        const json list = json::parse(trimmed(text), nullptr, false);
        if (!list.is_array())
            throw wrongValue(field, detail::inQuotes(text));
        return detail::valueFromJson(field, list);
    }
    if (field.type == FieldType::TextList) {
        const std::vector<std::string_view> parts = commaParts(text);
        return std::vector<std::string>(parts.begin(), parts.end());
    }
    std::vector<std::int64_t> list;
    for (const std::string_view part : commaParts(text))
        addIndices(field, part, list);
    return list;
}

std::optional<std::int64_t> integerFromJson(const FieldInfo& field, const json& value)
{
    if (!value.is_number_integer())
        return std::nullopt;
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX))
        throw configError("%1 is %2, must be %3", field.key, value.dump(), detail::rangeWords(field));
    return value.get<std::int64_t>();
}

FieldValue listFromJson(const FieldInfo& field, const json& array)
{
    std::vector<std::string> names;
    std::vector<std::int64_t> numbers;
    for (const json& item : array) {
        const bool isText = item.is_string();
        if (field.type == FieldType::TextList && isText)
            names.push_back(item.get<std::string>());
        else if (field.type == FieldType::IntegerList && isText && !item.get_ref<const std::string&>().empty())
            addIndices(field, item.get_ref<const std::string&>(), numbers);
        else if (const auto number = field.type == FieldType::IntegerList ? integerFromJson(field, item) : std::nullopt)
            numbers.push_back(*number);
        else
            throw configError(
                "%1 holds %2, needs %3", field.key, detail::shownJson(item), detail::expectedWords(field));
    }
    return field.type == FieldType::TextList ? FieldValue(std::move(names)) : FieldValue(std::move(numbers));
}

FieldValue mapFromJson(const FieldInfo& field, const json& object)
{
    RankMap map;
    for (const auto& [name, value] : object.items()) {
        const auto rank = integerFromJson(field, value);
        if (!rank)
            throw configError("%1 gives %2 %3, needs a rank, a whole number", field.key, detail::inQuotes(name),
                detail::shownJson(value));
        map.emplace(name, *rank);
    }
    return map;
}

FieldValue mapFromText(const FieldInfo& field, std::string_view text)
{
    if (trimmed(text).empty())
        return RankMap {};
    const json object = json::parse(trimmed(text), nullptr, false);
    if (!object.is_object())
        throw wrongValue(field, detail::inQuotes(text));
    return mapFromJson(field, object);
}

std::string realText(double value)
{
    char buffer[32];
    const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
    return error == std::errc {} ? std::string(buffer, end) : std::to_string(value);
}

std::string listText(const std::vector<std::string>& names)
{
    std::string text;
    for (const std::string& name : names)
        text += (text.empty() ? "" : ",") + name;
    return text;
}

/// Runs of three and more as "2-5".
std::string listText(const std::vector<std::int64_t>& numbers)
{
    std::string text;
    for (std::size_t i = 0; i < numbers.size();) {
        std::size_t last = i;
        while (last + 1 < numbers.size() && numbers[last + 1] - 1 == numbers[last])
            ++last;
        if (last < i + 2)
            last = i;
        text += (text.empty() ? "" : ",") + std::to_string(numbers[i]);
        if (last > i)
            text += "-" + std::to_string(numbers[last]);
        i = last + 1;
    }
    return text;
}

/// Nothing for an empty map, as for an empty list.
std::string mapText(const RankMap& map)
{
    return map.empty() ? std::string() : json(map).dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace

Message detail::shownJson(const json& value)
{
    switch (value.type()) {
    case json::value_t::string: return makeMessage("the text %1", inQuotes(value.get_ref<const std::string&>()));
    case json::value_t::array: return makeMessage("a list");
    case json::value_t::object: return makeMessage("an object");
    default: return Message::verbatim(value.dump());
    }
}

FieldValue detail::valueFromText(const FieldInfo& field, std::string_view text)
{
    const std::string_view bare = trimmed(text);
    if (field.optional && (bare.empty() || bare == "null"))
        return {};
    switch (field.type) {
    case FieldType::Integer:
        if (const auto number = parsed<std::int64_t>(field, bare))
            return *number;
        break;
    case FieldType::Real:
        if (const auto number = parsed<double>(field, bare))
            return *number;
        break;
    case FieldType::Boolean:
        if (bare == "true" || bare == "false")
            return bare == "true";
        break;
    case FieldType::Choice: return std::string(bare);
    case FieldType::Text:
    case FieldType::File:
    case FieldType::Folder: return std::string(text);
    case FieldType::TextList:
    case FieldType::IntegerList: return listFromText(field, text);
    case FieldType::IntegerMap: return mapFromText(field, text);
    }
    throw wrongValue(field, inQuotes(text));
}

FieldValue detail::valueFromJson(const FieldInfo& field, const json& value)
{
    if (value.is_null() && field.optional)
        return {};
    switch (field.type) {
    case FieldType::Integer:
        if (const auto number = integerFromJson(field, value))
            return *number;
        break;
    case FieldType::Real:
        if (value.is_number())
            return value.get<double>();
        break;
    case FieldType::Boolean:
        if (value.is_boolean())
            return value.get<bool>();
        break;
    case FieldType::Text:
    case FieldType::File:
    case FieldType::Folder:
    case FieldType::Choice:
        if (value.is_string())
            return value.get<std::string>();
        break;
    case FieldType::TextList:
    case FieldType::IntegerList:
        if (value.is_array())
            return listFromJson(field, value);
        if (value.is_string())
            return listFromText(field, value.get_ref<const std::string&>());
        break;
    case FieldType::IntegerMap:
        if (value.is_object())
            return mapFromJson(field, value);
        if (value.is_string())
            return mapFromText(field, value.get_ref<const std::string&>());
        break;
    }
    throw wrongValue(field, shownJson(value));
}

std::string_view detail::assignedKey(std::string_view assignment)
{
    const std::size_t equals = assignment.find('=');
    return equals == std::string_view::npos ? std::string_view {} : trimmed(assignment.substr(0, equals));
}

void applyAssignment(RunConfig& config, std::string_view assignment)
{
    const std::string_view key = detail::assignedKey(assignment);
    if (key.empty())
        throw configError("--set %1 needs the form key=value", detail::inQuotes(assignment));
    setFieldFromText(config, key, assignment.substr(assignment.find('=') + 1));
}

std::string toText(const FieldValue& value)
{
    struct Writer {
        std::string operator()(std::monostate) const { return {}; }
        std::string operator()(bool flag) const { return flag ? "true" : "false"; }
        std::string operator()(std::int64_t number) const { return std::to_string(number); }
        std::string operator()(double number) const { return realText(number); }
        std::string operator()(const std::string& text) const { return text; }
        std::string operator()(const std::vector<std::string>& names) const { return listText(names); }
        std::string operator()(const std::vector<std::int64_t>& numbers) const { return listText(numbers); }
        std::string operator()(const RankMap& map) const { return mapText(map); }
    };
    return std::visit(Writer {}, value);
}

} // namespace spectune
