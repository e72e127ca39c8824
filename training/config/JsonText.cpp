// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/config/JsonText.h"

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

Error nestedTooDeeply(const Message& origin)
{
    return ioError("%1: is nested too deeply; %2 lists and objects within one another are read.", origin, deepestJson);
}

} // namespace

void refuseDeepJson(std::string_view json, const Message& origin)
{
    if (isNestedTooDeeply(json))
        throw nestedTooDeeply(origin);
}

void refuseDeepJson(std::string_view json, std::string_view origin)
{
    if (isNestedTooDeeply(json))
        throw nestedTooDeeply(Message::verbatim(std::string(origin)));
}

nlohmann::json parseJson(std::string_view json, std::string_view origin)
{
    refuseDeepJson(json, origin);
    return nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
}

nlohmann::json readJson(const std::filesystem::path& file)
{
    return parseJson(readText(file), file.string());
}

} // namespace spectune
