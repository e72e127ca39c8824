// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/config/JsonText.h"

#include "training/config/FieldCheck.h"
#include "training/core/Error.h"
#include "training/core/FileAccess.h"

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>

namespace spectune {

namespace {

bool isNestedTooDeeply(std::string_view json) noexcept
{
    int depth = 0;
    bool inText = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (c == '"')
            inText = !inText;
        else if (inText && c == '\\')
            ++i; // whatever is escaped ends no text
        else if (!inText && (c == '[' || c == '{') && ++depth > deepestJson)
            return true;
        else if (!inText && (c == ']' || c == '}'))
            --depth;
    }
    return false;
}

} // namespace

void checkJsonText(std::string_view json, const Message& origin)
{
    if (const std::size_t zero = json.find('\0'); zero != std::string_view::npos)
        throw ioError("%1: byte %2 is 0, which no text has. The file is damaged.", origin, zero + 1);
    if (isNestedTooDeeply(json))
        throw ioError(
            "%1: is nested too deeply; %2 lists and objects within one another are read.", origin, deepestJson);
}

void checkJsonText(std::string_view json, std::string_view origin)
{
    checkJsonText(json, Message::verbatim(std::string(origin)));
}

// A parser's reason in words for those who did not write it: "[json.exception.…] parse error at line 3, column 7:
// syntax error while parsing object separator - unexpected string literal; last read: '"path" "x"'; expected ','".
Message brokenJson(std::string_view reason)
{
    const auto between = [reason](std::string_view begin, std::string_view end) {
        const std::size_t from = reason.find(begin);
        if (from == std::string_view::npos)
            return std::string_view();
        const std::string_view rest = reason.substr(from + begin.size());
        return rest.substr(0, rest.find(end));
    };
    const std::string_view line = between("parse error at line ", ",");
    const std::string_view column = between(", column ", ":");
    if (line.empty() || column.empty())
        return makeMessage("broken JSON: %1", between("] ", "\n"));
    if (reason.find("unexpected end of input") != std::string_view::npos)
        return makeMessage("broken JSON at line %1, column %2: it ends too early. Was the file cut off?", line, column);
    if (reason.find("missing closing quote") != std::string_view::npos)
        return makeMessage(
            "broken JSON at line %1, column %2: a text has no closing quote. Was the file cut off?", line, column);
    if (const std::string_view read = between("last read: '", "'"); !read.empty())
        return makeMessage("broken JSON at line %1, column %2: what stands there is no JSON: %3", line, column,
            detail::inQuotes(read));
    return makeMessage("broken JSON at line %1, column %2: what stands there is no JSON", line, column);
}

nlohmann::json parseJson(std::string_view json, std::string_view origin)
{
    checkJsonText(json, origin);
    return nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
}

nlohmann::json readJson(const std::filesystem::path& file)
{
    return parseJson(readText(file), file.string());
}

nlohmann::json parseJsonObject(std::string_view json, std::string_view origin)
{
    checkJsonText(json, origin);
    try {
        nlohmann::json object = nlohmann::json::parse(json);
        if (!object.is_object())
            throw configError("%1: must hold a JSON object.", origin);
        return object;
    } catch (const nlohmann::json::exception& error) {
        throw configError("%1: %2", origin, brokenJson(error.what()));
    }
}

nlohmann::json readJsonObject(const std::filesystem::path& file)
{
    return parseJsonObject(readText(file), file.string());
}

} // namespace spectune
