// SPDX-License-Identifier: GPL-3.0-or-later
// What a run has left in its folder, read back.
#pragma once

#include "training/core/AtomicFile.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace spectune::testing {

/// The objects of a JSONL file; `seconds`, the one thing that differs from run to run, taken out where @p timeless.
inline std::vector<nlohmann::json> jsonLines(const std::filesystem::path& file, bool timeless = true)
{
    std::vector<nlohmann::json> lines;
    std::istringstream text(readFile(file));
    for (std::string line; std::getline(text, line);) {
        lines.push_back(nlohmann::json::parse(line));
        if (timeless)
            lines.back().erase("seconds");
    }
    return lines;
}

/// Names in a folder, sorted.
inline std::vector<std::string> namesIn(const std::filesystem::path& folder)
{
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        names.insert(entry.path().filename().string());
    return {names.begin(), names.end()};
}

} // namespace spectune::testing
