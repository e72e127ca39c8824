// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/data/AddedTokens.h"

#include "training/config/JsonText.h"
#include "training/core/Error.h"
#include "training/core/FileAccess.h"
#include "training/data/WordCharacters.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace spectune {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

std::optional<Json> readObject(const fs::path& file)
{
    if (!fileExists(file))
        return std::nullopt;
    return readJsonObject(file);
}

/// What @p json names replaces what was read before.
void readRoles(const Json& json, const fs::path& file, TokenizerSettings& settings)
{
    for (const char* role : {"bos_token", "eos_token", "unk_token", "pad_token"}) {
        const auto found = json.find(role);
        if (found == json.end())
            continue;
        if (found->is_null())
            settings.roles[role] = std::nullopt;
        else if (found->is_string())
            settings.roles[role] = found->get<std::string>();
        else if (found->is_object() && found->contains("content") && (*found)["content"].is_string())
            settings.roles[role] = (*found)["content"].get<std::string>();
        else
            throw configError("%1: %2 must be a text, an object with \"content\", or null.", file, role);
    }
}

std::int32_t checkedId(std::int64_t id, const fs::path& file, const std::string& token)
{
    if (id < 0 || id > std::numeric_limits<std::int32_t>::max() - 1)
        throw configError("%1: the token \"%2\" has the id %3.", file, token, id);
    return static_cast<std::int32_t>(id);
}

void add(AddedToken token, const fs::path& file, TokenizerSettings& settings)
{
    if (token.content.empty())
        throw configError("%1: the added token with id %2 is empty.", file, token.id);
    for (const AddedToken& known : settings.added) {
        if (known.content == token.content && known.id == token.id)
            return;
        if (known.content == token.content || known.id == token.id)
            throw configError("%1: the added token \"%2\" (%3) contradicts \"%4\" (%5).", file, token.content, token.id,
                known.content, known.id);
    }
    settings.added.push_back(std::move(token));
}

bool flag(const Json& json, const char* key, bool fallback, const fs::path& file)
{
    const auto found = json.find(key);
    if (found == json.end() || found->is_null())
        return fallback;
    if (!found->is_boolean())
        throw configError("%1: %2 must be true or false.", file, key);
    return found->get<bool>();
}

/// @param value has "content", and what is to be known of it
void addDescribed(const Json& value, std::int64_t id, const fs::path& file, TokenizerSettings& settings)
{
    const auto content = value["content"].get<std::string>();
    add({content, checkedId(id, file, content), flag(value, "special", false, file), flag(value, "lstrip", false, file),
            flag(value, "rstrip", false, file), flag(value, "single_word", false, file)},
        file, settings);
}

void readDecoder(const Json& decoder, const fs::path& file, TokenizerSettings& settings)
{
    if (!decoder.is_object())
        throw configError("%1: added_tokens_decoder must be an object.", file);
    for (const auto& [key, value] : decoder.items()) {
        std::int64_t id = -1;
        const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), id);
        if (error != std::errc() || end != key.data() + key.size() || !value.is_object() || !value.contains("content")
            || !value["content"].is_string())
            throw configError(
                "%1: added_tokens_decoder has an entry \"%2\" that is not an id with an object that has \"content\".",
                file, key);
        addDescribed(value, id, file, settings);
    }
}

/// tokenizer.json's own list, which is all that transformers 5 saves of them.
void readList(const Json& tokenizer, const fs::path& file, TokenizerSettings& settings)
{
    const auto list = tokenizer.find("added_tokens");
    if (list == tokenizer.end())
        return;
    if (!list->is_array())
        throw configError("%1: added_tokens must be a list.", file);
    for (const Json& value : *list) {
        if (!value.is_object() || !value.contains("id") || !value["id"].is_number_integer()
            || !value.contains("content") || !value["content"].is_string())
            throw configError("%1: added_tokens has an entry without \"id\" or \"content\".", file);
        addDescribed(value, value["id"].get<std::int64_t>(), file, settings);
    }
}

/// Null where @p json is no object or lacks it.
const Json& member(const Json& json, const char* key)
{
    static const Json none;
    const auto found = json.find(key);
    return found == json.end() ? none : *found;
}

/// @return std::nullopt where @p processor is no template
std::optional<std::string> startOfTemplate(const Json& processor)
{
    const Json& single = member(processor, "single");
    if (member(processor, "type") != "TemplateProcessing" || !single.is_array())
        return std::nullopt;
    const Json& first = single.empty() ? single : member(member(single.front(), "SpecialToken"), "id");
    return first.is_string() ? first.get<std::string>() : std::string();
}

/// What tokenizer.json's post_processor, or one in its sequence, puts before a text; later ones stand before it.
std::optional<std::string> readStart(const Json& tokenizer)
{
    const Json& processor = member(tokenizer, "post_processor");
    const Json& sequence = member(processor, "processors");
    if (!sequence.is_array())
        return startOfTemplate(processor);
    std::optional<std::string> start;
    for (const Json& one : sequence) {
        const std::optional<std::string> found = startOfTemplate(one);
        if (found && (!start || !found->empty()))
            start = found;
    }
    return start;
}

/// Unicode's White_Space, which a regular expression's \s stands for in the tokenizers library.
constexpr std::array<std::string_view, 25> spaces {" ", "\t", "\n", "\v", "\f", "\r", "\xC2\x85", "\xC2\xA0",
    "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81", "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85",
    "\xE2\x80\x86", "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8", "\xE2\x80\xA9",
    "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80"};

/// Bytes of the space at the beginning of @p text; 0: there is none.
std::size_t leadingSpace(std::string_view text) noexcept
{
    const auto* found
        = std::ranges::find_if(spaces, [text](std::string_view space) { return text.starts_with(space); });
    return found == spaces.end() ? 0 : found->size();
}

/// The same of its end.
std::size_t trailingSpace(std::string_view text) noexcept
{
    const auto* found = std::ranges::find_if(spaces, [text](std::string_view space) { return text.ends_with(space); });
    return found == spaces.end() ? 0 : found->size();
}

/// special_tokens_map.json and added_tokens.json, where transformers kept them before added_tokens_decoder came.
void readOlderFiles(const fs::path& folder, TokenizerSettings& settings)
{
    const fs::path map = folder / "special_tokens_map.json";
    if (const std::optional<Json> json = readObject(map))
        readRoles(*json, map, settings);
    const fs::path list = folder / "added_tokens.json";
    if (const std::optional<Json> json = readObject(list)) {
        for (const auto& [content, id] : json->items()) {
            if (!id.is_number_integer())
                throw configError("%1: the token \"%2\" needs an id.", list, content);
            add({content, checkedId(id.get<std::int64_t>(), list, content)}, list, settings);
        }
    }
}

} // namespace

TokenizerSettings TokenizerSettings::read(const fs::path& folder)
{
    TokenizerSettings settings;
    const fs::path config = folder / "tokenizer_config.json";
    const Json json = readObject(config).value_or(Json::object());
    readRoles(json, config, settings);
    // Where it is missing, as LlamaTokenizer documents it and version 4 does: the models were trained so. Version 5
    // leaves BOS out there, unless tokenizer.json has it. Null is false for both.
    const bool saysBos = json.contains("add_bos_token");
    settings.addBos = !saysBos || flag(json, "add_bos_token", false, config);
    settings.legacy = flag(json, "legacy", false, config); // as transformers 5 has it
    const bool listsAdded = json.contains("added_tokens_decoder");
    if (listsAdded)
        readDecoder(json["added_tokens_decoder"], config, settings);
    if (!listsAdded || !saysBos) {
        const fs::path file = folder / "tokenizer.json";
        const Json tokenizer = readObject(file).value_or(Json::object());
        if (!listsAdded)
            readList(tokenizer, file, settings);
        if (!saysBos)
            settings.start = readStart(tokenizer);
    }
    if (!listsAdded)
        readOlderFiles(folder, settings);
    for (AddedToken& token : settings.added) {
        for (const auto& [role, content] : settings.roles)
            token.special = token.special || content == token.content;
    }
    std::sort(settings.added.begin(), settings.added.end(),
        [](const AddedToken& a, const AddedToken& b) { return a.id < b.id; });
    return settings;
}

std::vector<TextPart> splitAtAddedTokens(std::string_view text, const std::vector<AddedToken>& added)
{
    std::vector<TextPart> parts;
    if (added.empty())
        return text.empty() ? parts : std::vector<TextPart> {{0, text.size(), nullptr}};
    std::array<bool, 256> starts {};
    for (const AddedToken& token : added)
        starts[static_cast<unsigned char>(token.content.front())] = true;
    std::size_t plain = 0; // where the ordinary text before the next token begins
    for (std::size_t at = 0; at < text.size();) {
        const AddedToken* best = nullptr;
        if (starts[static_cast<unsigned char>(text[at])]) {
            for (const AddedToken& token : added) {
                const bool longer = best == nullptr || token.content.size() > best->content.size();
                if (longer && text.compare(at, token.content.size(), token.content) == 0)
                    best = &token;
            }
        }
        if (best == nullptr) {
            ++at;
            continue;
        }
        std::size_t begin = at;
        std::size_t end = at + best->content.size();
        if (best->singleWord && !standsAlone(text, begin, end)) {
            at = end;
            continue;
        }
        if (best->stripLeft)
            while (const std::size_t space = trailingSpace(text.substr(plain, begin - plain)))
                begin -= space;
        if (best->stripRight)
            while (const std::size_t space = leadingSpace(text.substr(end)))
                end += space;
        if (begin > plain)
            parts.push_back({plain, begin, nullptr});
        parts.push_back({begin, end, best});
        plain = at = end;
    }
    if (plain < text.size())
        parts.push_back({plain, text.size(), nullptr});
    return parts;
}

} // namespace spectune
