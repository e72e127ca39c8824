// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/config/EditLog.h"

#include "training/config/FieldCheck.h"
#include "training/core/AtomicFile.h"
#include "training/core/Error.h"
#include "training/core/FileAccess.h"

#include <nlohmann/json.hpp>

#include <string_view>

namespace spectune {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

namespace {

/// @throws Error (Config) saying what is wrong, without the place
AppliedEdit editFrom(const nlohmann::json& line)
{
    if (!line.is_object() || !line.contains("step") || !line.contains("key") || !line.contains("new"))
        throw configError("an object with step, key and new is expected");
    if (!line["step"].is_number_integer() || line["step"].get<std::int64_t>() < 0)
        throw configError("\"step\" is no whole number from 0 on");
    if (!line["key"].is_string())
        throw configError("\"key\" is no text");
    AppliedEdit edit {
        .step = line["step"].get<std::int64_t>(), .key = line["key"].get<std::string>(), .before = {}, .after = {}};
    const FieldInfo* field = findField(edit.key);
    if (field == nullptr)
        throw detail::unknownKey(edit.key, nearestKey(edit.key));
    edit.after = detail::normalized(*field, detail::valueFromJson(*field, line["new"]));
    if (line.contains("old") && !line["old"].is_null())
        edit.before = detail::normalized(*field, detail::valueFromJson(*field, line["old"]));
    if (const auto problem = detail::problemWith(*field, edit.after))
        throw configError(*problem);
    return edit;
}

} // namespace

std::string toJsonLine(const AppliedEdit& edit)
{
    ordered_json line {{"step", edit.step}, {"key", edit.key}};
    if (!std::holds_alternative<std::monostate>(edit.before))
        line["old"] = detail::jsonFromValue(edit.before);
    line["new"] = detail::jsonFromValue(edit.after);
    return line.dump();
}

std::vector<AppliedEdit> loadEdits(const fs::path& file)
{
    return parseEdits(readText(file), file);
}

std::vector<AppliedEdit> parseEdits(std::string_view text, const fs::path& name)
{
    std::string_view rest = text;
    std::vector<AppliedEdit> edits;
    for (std::int64_t number = 1; !rest.empty(); ++number) {
        const std::size_t end = rest.find('\n');
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        if (line.find_first_not_of(" \t\r") == std::string_view::npos)
            continue;
        const nlohmann::json parsed = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
        if (parsed.is_discarded() && end == std::string_view::npos)
            break; // its writer was cut off
        try {
            edits.push_back(editFrom(parsed));
            edits.back().line = number;
            if (edits.size() > 1 && edits.back().step < edits[edits.size() - 2].step)
                throw configError("step %1 comes after step %2", edits.back().step, edits[edits.size() - 2].step);
        } catch (const Error& error) {
            throw configError("%1:%2: %3. Mend the line or remove it.", name, number, error.message());
        }
    }
    return edits;
}

std::vector<AppliedEdit> editsOfRun(const fs::path& runFolder)
{
    std::error_code ignored;
    const fs::path file = runFolder / editsFile;
    return fs::exists(file, ignored) ? loadEdits(file) : std::vector<AppliedEdit> {};
}

void truncateEdits(const fs::path& runFolder, std::int64_t step)
{
    std::error_code ignored;
    const fs::path file = runFolder / editsFile;
    if (!fs::exists(file, ignored))
        return;
    std::string kept;
    for (const AppliedEdit& edit : loadEdits(file)) {
        if (edit.step <= step)
            kept += toJsonLine(edit) + "\n";
    }
    if (kept.empty())
        fs::remove(file, ignored);
    else if (kept != readText(file))
        writeFileAtomically(file, kept);
}

} // namespace spectune
