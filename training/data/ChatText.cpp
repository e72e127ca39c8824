// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/data/ChatText.h"

#include "training/config/JsonText.h"
#include "training/core/Error.h"

#include <nlohmann/json.hpp>

namespace spectune {

namespace {

using Json = nlohmann::json;

const std::string& textOf(const Json& message, const char* key, const std::string& where)
{
    const auto found = message.find(key);
    if (found == message.end())
        throw ioError("%1.%2 is missing.", where, key);
    if (!found->is_string())
        throw ioError("%1.%2 is no text.", where, key);
    return found->get_ref<const std::string&>();
}

const char* heading(const std::string& role, const std::string& where)
{
    if (role == "system")
        return "### System:\n";
    if (role == "user")
        return "### User:\n";
    if (role == "assistant")
        return "### Assistant:\n";
    throw ioError("%1.role is \"%2\"; system, user and assistant are known.", where, role);
}

} // namespace

RenderedSample renderChat(std::string_view json, const RecordPlace& place)
{
    const Json value = parseJson(json, place.text().english());
    if (value.is_discarded())
        throw ioError("%1: is not valid JSON.", place.text());
    if (!value.is_object() || !value.contains("messages"))
        throw ioError("%1: the field \"messages\" is missing.", place.text());
    const Json& messages = value["messages"];
    if (!messages.is_array() || messages.empty())
        throw ioError("%1: \"messages\" must be a list of {\"role\", \"content\"}, with at least one.", place.text());
    RenderedSample sample;
    for (std::size_t i = 0; i < messages.size(); ++i) {
        const std::string where = place.text().english() + ": messages[" + std::to_string(i) + ']';
        if (!messages[i].is_object())
            throw ioError("%1 is no object with \"role\" and \"content\".", where);
        const std::string& role = textOf(messages[i], "role", where);
        if (i > 0)
            sample.text += "\n\n";
        sample.text += heading(role, where);
        const std::size_t begin = sample.text.size();
        sample.text += textOf(messages[i], "content", where);
        if (role == "assistant")
            sample.spans.push_back({begin, sample.text.size()});
    }
    return sample;
}

} // namespace spectune
