// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/config/ConfigFile.h"

#include "training/config/FieldCheck.h"
#include "training/config/FieldTable.h"
#include "training/config/JsonText.h"
#include "training/core/Error.h"
#include "training/core/FileAccess.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <set>

namespace spectune {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::string_view schemaKey = "schema";

/// Refuses an object that names a key twice: JSON leaves open which one counts.
class DuplicateKeys {
public:
    bool operator()(int, json::parse_event_t event, json& value)
    {
        if (event == json::parse_event_t::object_start) {
            m_objects.emplace_back();
        } else if (event == json::parse_event_t::object_end) {
            m_objects.pop_back();
        } else if (event == json::parse_event_t::key) {
            Object& object = m_objects.back();
            object.current = value.get<std::string>();
            if (!object.seen.insert(object.current).second)
                throw configError("the key %1 is given twice", detail::inQuotes(path()));
        }
        return true;
    }

private:
    struct Object {
        std::set<std::string> seen;
        std::string current;
    };

    [[nodiscard]] std::string path() const
    {
        std::string text;
        for (const Object& object : m_objects)
            text += (text.empty() ? "" : ".") + object.current;
        return text;
    }

    std::vector<Object> m_objects;
};

json parsedJson(std::string_view text)
{
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
        throw configError("the file is empty, needs a JSON object with the configuration");
    try {
        // The callback is copied by the parser, its state with it, once and before the first event.
        return json::parse(text, DuplicateKeys {});
    } catch (const json::exception& error) {
        throw configError(brokenJson(error.what()));
    }
}

void checkSchema(const json& value)
{
    if (!value.is_number_integer() || value < 1)
        throw configError("schema is %1, needs the integer 1", detail::shownJson(value));
    if (value > RunConfig::schemaVersion)
        throw configError("schema is %1, but this program knows schemas up to %2: use a newer Spectune", value.dump(),
            RunConfig::schemaVersion);
}

/// "data", "data.columns", …: the objects that the keys with dots are nested in.
std::vector<std::string_view> sections()
{
    std::vector<std::string_view> names;
    for (const FieldInfo& field : fields()) {
        for (std::size_t dot = field.key.find('.'); dot != std::string_view::npos; dot = field.key.find('.', dot + 1)) {
            if (std::ranges::find(names, field.key.substr(0, dot)) == names.end())
                names.push_back(field.key.substr(0, dot));
        }
    }
    return names;
}

[[noreturn]] void refuseUnknown(const std::string& path, const json& value, const std::vector<std::string_view>& known)
{
    const std::string_view near = value.is_object() ? detail::nearestName(path, known) : std::string_view {};
    throw detail::unknownKey(path, near.empty() ? nearestKey(path) : near);
}

void readObject(
    RunConfig& config, const json& object, const std::string& prefix, const std::vector<std::string_view>& known)
{
    for (const auto& [name, value] : object.items()) {
        const std::string path = prefix + name;
        if (prefix.empty() && name == schemaKey) {
            checkSchema(value);
        } else if (name.find('.') != std::string::npos) {
            throw configError(
                "the key %1 has a dot in it: in a file, sections are nested objects", detail::inQuotes(path));
        } else if (const FieldInfo* field = findField(path)) {
            setFieldValue(config, path, detail::valueFromJson(*field, value));
        } else if (std::ranges::find(known, std::string_view(path)) == known.end()) {
            refuseUnknown(path, value, known);
        } else if (!value.is_object()) {
            throw configError("%1 is %2, needs an object with its keys", path, detail::shownJson(value));
        } else {
            readObject(config, value, path + ".", known);
        }
    }
}

/// "~/…" as a shell would have put it; anything else, and all where there is no $HOME, as it is.
std::string withHome(const std::string& path)
{
    const char* home = path.starts_with("~/") ? std::getenv("HOME") : nullptr;
    return home != nullptr && *home != '\0' ? home + path.substr(1) : path;
}

void makePathsAbsolute(RunConfig& config, const fs::path& base)
{
    for (const FieldInfo& field : fields()) {
        if (field.type != FieldType::File && field.type != FieldType::Folder)
            continue;
        const auto text = std::get<std::string>(fieldValue(config, field.key));
        if (!text.empty())
            setFieldValue(config, field.key, (base / withHome(text)).lexically_normal().string());
    }
}

/// Whether one of the assignments ("key=value") is to @p key.
bool assigns(const std::vector<std::string>& assignments, std::string_view key)
{
    return std::ranges::any_of(
        assignments, [key](const std::string& assignment) { return detail::assignedKey(assignment) == key; });
}

} // namespace

std::string toJson(const RunConfig& config)
{
    ordered_json root;
    root[std::string(schemaKey)] = RunConfig::schemaVersion;
    for (const FieldInfo& field : fields()) {
        ordered_json* place = &root;
        std::string_view rest = field.key;
        for (std::size_t dot = rest.find('.'); dot != std::string_view::npos; dot = rest.find('.')) {
            place = &(*place)[std::string(rest.substr(0, dot))];
            rest.remove_prefix(dot + 1);
        }
        (*place)[std::string(rest)] = detail::jsonFromValue(fieldValue(config, field.key));
    }
    return root.dump(4, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

RunConfig configFromJson(std::string_view text, std::string_view origin)
{
    checkJsonText(text, origin.empty() ? makeMessage("The configuration") : Message::verbatim(std::string(origin)));
    try {
        const json root = parsedJson(text);
        if (!root.is_object())
            throw configError("the outermost value is no object, needs {\"model\": {…}, …}");
        RunConfig config;
        readObject(config, root, {}, sections());
        return config;
    } catch (const Error& error) {
        if (origin.empty())
            throw;
        throw Error(error.kind(), makeMessage("%1: %2", origin, error.message()), error.detail());
    }
}

RunConfig loadConfig(const std::filesystem::path& file)
{
    RunConfig config = configFromJson(readText(file), file.string());
    // The folder's links are resolved first, so that "../data" in the file means what the file system says.
    std::error_code failed;
    const fs::path folder = fs::weakly_canonical(fs::absolute(file).parent_path(), failed);
    makePathsAbsolute(config, failed ? fs::absolute(file).parent_path() : folder);
    return config;
}

RunConfig loadConfig(const std::filesystem::path& file, const std::vector<std::string>& overrides)
{
    RunConfig config = loadConfig(file);
    for (const std::string& assignment : overrides)
        applyAssignment(config, assignment);
    // A run's config.json has its total budget written out, which would overrule the target rank that is asked for.
    if (assigns(overrides, "adalora.target_rank") && !assigns(overrides, "adalora.total_budget"))
        config.adalora.totalBudget.reset();
    makePathsAbsolute(config, fs::current_path());
    return config;
}

} // namespace spectune
