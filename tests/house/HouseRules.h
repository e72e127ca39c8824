// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace spectune::house {

/// One broken rule; line is 1-based, 0 where the file as a whole is meant.
struct Violation {
    std::string file;
    int line = 0;
    std::string text;
};

/// The room a path relative to the repository belongs to: "training/core", "ui", "app/studio"; empty outside the house.
[[nodiscard]] std::string roomOf(std::string_view path);

/// What stands behind an include of something that is not ours: "std", "json", "torch", "cuda", "qt", "qcustomplot",
/// "animation" (giflib, libwebp), "sentencepiece", "cli"; empty when unknown.
[[nodiscard]] std::string familyOf(std::string_view include);

/// Checks one file of the house against the include table, the length limits, the licence line and the open ends.
/// @param path relative to the repository
[[nodiscard]] std::vector<Violation> checkFile(const std::string& path, std::string_view content);

/// Which engine room includes which, to be added up over the files.
using RoomGraph = std::map<std::string, std::set<std::string>>;
void addEdges(RoomGraph& graph, const std::string& path, std::string_view content);

/// A circle of rooms, first room repeated at the end; empty when the graph has none.
[[nodiscard]] std::vector<std::string> findCircle(const RoomGraph& graph);

} // namespace spectune::house
