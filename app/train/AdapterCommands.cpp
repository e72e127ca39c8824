// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/train/Commands.h"
#include "app/train/Console.h"
#include "training/config/FieldCheck.h"
#include "training/loop/Commands.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <iostream>
#include <memory>
#include <string>

namespace spectune {

using nlohmann::ordered_json;

namespace {

void info(const std::string& path, bool json)
{
    const ordered_json object = ordered_json::parse(describeFolder(path));
    if (json) {
        std::cout << object.dump() << std::endl;
        return;
    }
    for (const auto& [key, value] : object.items()) {
        if (!value.is_object()) {
            std::cout << key << ": " << (value.is_string() ? value.get<std::string>() : value.dump()) << "\n";
            continue;
        }
        std::cout << key << ":\n";
        for (const auto& [name, entry] : value.items())
            std::cout << "  " << name << ": " << entry.dump() << "\n";
    }
    std::cout << std::flush;
}

const char* typeName(FieldType type)
{
    switch (type) {
    case FieldType::Integer: return "integer";
    case FieldType::Real: return "number";
    case FieldType::Boolean: return "boolean";
    case FieldType::Text: return "text";
    case FieldType::File: return "file";
    case FieldType::Folder: return "folder";
    case FieldType::Choice: return "choice";
    case FieldType::TextList: return "list of texts";
    case FieldType::IntegerList: return "list of integers";
    case FieldType::IntegerMap: return "map of names to integers";
    }
    return "";
}

ordered_json describe(const FieldInfo& field)
{
    ordered_json entry {{"key", field.key}, {"type", typeName(field.type)},
        {"default", detail::jsonFromValue(defaultValue(field.key))}, {"optional", field.optional},
        {"label", field.label}, {"help", field.help}, {"unit", field.unit}, {"zero", field.zero},
        {"live", field.liveEditable}};
    if (std::isfinite(field.minimum))
        entry["minimum"] = field.minimum;
    if (field.minimumExcluded)
        entry["minimum_excluded"] = true;
    if (std::isfinite(field.maximum))
        entry["maximum"] = field.maximum;
    if (field.maximumExcluded)
        entry["maximum_excluded"] = true;
    if (!field.choices.empty())
        entry["choices"] = std::vector<std::string>(field.choices.begin(), field.choices.end());
    return entry;
}

/// "2 to 1048576", "above 0", "at most 1"; empty where every value is taken.
std::string rangeText(const FieldInfo& field)
{
    const bool both = std::isfinite(field.minimum) && std::isfinite(field.maximum);
    if (!both || field.minimumExcluded || field.maximumExcluded)
        return detail::rangeWords(field).english();
    return toText(field.minimum) + " to " + toText(field.maximum);
}

void printFields(bool json)
{
    if (json) {
        ordered_json list = ordered_json::array();
        for (const FieldInfo& field : fields())
            list.push_back(describe(field));
        std::cout << ordered_json {{"fields", list}}.dump() << std::endl;
        return;
    }
    for (const FieldInfo& field : fields()) {
        std::cout << field.key << "  (" << typeName(field.type);
        for (std::size_t i = 0; i < field.choices.size(); ++i)
            std::cout << (i == 0 ? ": " : ", ") << field.choices[i];
        if (const std::string range = rangeText(field); !range.empty())
            std::cout << ", " << range;
        const FieldValue value = defaultValue(field.key);
        std::cout << "; default " << (std::holds_alternative<std::monostate>(value) ? "derived" : toText(value))
                  << ")\n    " << field.help << "\n";
    }
    std::cout << std::flush;
}

} // namespace

void addInfoCommand(CLI::App& program, Chosen& chosen)
{
    const auto path = std::make_shared<std::string>();
    const auto device = std::make_shared<std::string>("cpu");
    const auto json = std::make_shared<bool>(false);
    CLI::App* command = program.add_subcommand("info", "What a model, run, checkpoint or adapter folder holds");
    command->add_option("folder", *path, "The folder")->required();
    addDevice(*command, *device, "Taken for uniformity; only headers are read");
    command->add_flag("--json", *json, "Print one JSON object");
    command->callback([path, device, json, &chosen] { chosen = [path, json] { info(*path, *json); }; });
}

void addFieldsCommand(CLI::App& program, Chosen& chosen)
{
    const auto json = std::make_shared<bool>(false);
    const auto device = std::make_shared<std::string>("cpu");
    CLI::App* command = program.add_subcommand("fields", "Every configuration key: type, range, default, help");
    addDevice(*command, *device, "Taken for uniformity; nothing is computed");
    command->add_flag("--json", *json, "Print one JSON object");
    command->callback([json, device, &chosen] { chosen = [json] { printFields(*json); }; });
}

} // namespace spectune
