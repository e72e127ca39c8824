// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/core/JsonDepth.h"

#include "training/core/Error.h"

#include <cstddef>
#include <string>

namespace spectune {

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

void refuseDeepJson(std::string_view json, std::string_view origin)
{
    if (isNestedTooDeeply(json))
        throw ioError(std::string(origin) + ": is nested too deeply; " + std::to_string(deepestJson)
            + " lists and objects within one another are read.");
}

} // namespace spectune
