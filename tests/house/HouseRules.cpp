// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/house/HouseRules.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

namespace spectune::house {
namespace {

using Names = std::set<std::string, std::less<>>;

struct Rule {
    Names rooms; ///< of ours, besides itself
    Names families; ///< of others, besides std
};

constexpr std::string_view licence = "// SPDX-License-Identifier: GPL-3.0-or-later";
constexpr int headerLimit = 150;
constexpr int sourceLimit = 400;

/// The include table of the architecture.
const std::map<std::string, Rule, std::less<>>& table()
{
    const Names base {"training/core", "training/config", "training/monitor", "training/session"};
    const Names engineFamilies {"json", "torch", "sentencepiece"};
    Names engine = base;
    engine.insert({"training", "training/nn", "training/optim", "training/data", "training/io", "training/cuda"});
    Names loop = engine;
    loop.insert("training/loop");
    Names studio = base;
    studio.insert({"visualization", "ui"});
    static const std::map<std::string, Rule, std::less<>> rules {
        {"training", {{}, {"json", "torch"}}},
        {"training/core", {{}, {}}},
        {"training/config", {{"training/core"}, {"json"}}},
        {"training/monitor", {{"training/core"}, {"json"}}},
        {"training/session", {{"training/core", "training/config", "training/monitor"}, {}}},
        {"training/nn", {engine, engineFamilies}},
        {"training/optim", {engine, engineFamilies}},
        {"training/data", {engine, engineFamilies}},
        {"training/io", {engine, engineFamilies}},
        {"training/loop", {loop, engineFamilies}},
        {"training/cuda", {{}, {"cuda"}}},
        {"visualization", {{"training/core", "training/monitor"}, {"qt", "qcustomplot", "animation"}}},
        {"ui",
            {[&] {
                 Names names = base;
                 names.insert("visualization");
                 return names;
             }(),
                {"qt"}}},
        {"app/studio", {studio, {"qt"}}},
        {"app/train", {loop, {"json", "cli"}}},
    };
    return rules;
}

std::vector<std::string_view> linesOf(std::string_view content)
{
    std::vector<std::string_view> lines;
    while (!content.empty()) {
        const std::size_t end = content.find('\n');
        lines.push_back(content.substr(0, end));
        content = end == std::string_view::npos ? std::string_view {} : content.substr(end + 1);
    }
    return lines;
}

/// The path between the quotes or brackets of an include line.
std::optional<std::string_view> includedPath(std::string_view line)
{
    const auto skipBlanks = [&line] {
        const std::size_t start = line.find_first_not_of(" \t");
        line = start == std::string_view::npos ? std::string_view {} : line.substr(start);
    };
    skipBlanks();
    if (!line.starts_with('#')) {
        return std::nullopt;
    }
    line.remove_prefix(1);
    skipBlanks();
    if (!line.starts_with("include")) {
        return std::nullopt;
    }
    line.remove_prefix(7);
    skipBlanks();
    if (line.empty() || (line.front() != '"' && line.front() != '<')) {
        return std::nullopt;
    }
    const char closing = line.front() == '"' ? '"' : '>';
    line.remove_prefix(1);
    const std::size_t end = line.find(closing);
    return end == std::string_view::npos ? std::nullopt : std::optional(line.substr(0, end));
}

bool startsWithAny(std::string_view text, std::initializer_list<std::string_view> starts)
{
    return std::ranges::any_of(starts, [text](std::string_view start) { return text.starts_with(start); });
}

bool isHeader(std::string_view path)
{
    return path.ends_with(".h") || path.ends_with(".cuh");
}

/// Why @p include may not stand in a file of @p room; empty when it may.
std::string objection(std::string_view path, const std::string& room, std::string_view include)
{
    const Rule& rule = table().at(room);
    const std::string target = roomOf(include);
    if (!target.empty()) {
        const bool allowed = target == room || rule.rooms.contains(target)
            || (include == "training/EngineApi.h" && room.starts_with("app/"));
        return allowed ? std::string {} : room + " may not include " + target;
    }
    if (include.ends_with(".moc") || startsWithAny(include, {"moc_", "ui_"})) {
        return rule.families.contains("qt") ? std::string {} : "there is no Qt in " + room;
    }
    const std::string family = familyOf(include);
    if (family.empty()) {
        return "unknown include; ours are written from the repository's root (\"training/core/Error.h\")";
    }
    if (family != "std" && !rule.families.contains(family)) {
        return room + " may not include " + family;
    }
    if (family == "qcustomplot" && path != "visualization/QCustomPlotQt.h") {
        return "QCustomPlot comes in through visualization/QCustomPlotQt.h, which guards its keywords";
    }
    return {};
}

} // namespace

std::string roomOf(std::string_view path)
{
    for (const std::string_view parent : {"training/", "app/"}) {
        if (!path.starts_with(parent)) {
            continue;
        }
        const std::size_t end = path.find('/', parent.size());
        return std::string(path.substr(0, end == std::string_view::npos ? parent.size() - 1 : end));
    }
    for (const std::string_view room : {"visualization", "ui", "tests"}) {
        if (path.starts_with(room) && path.substr(room.size()).starts_with('/')) {
            return std::string(room);
        }
    }
    return {};
}

std::string familyOf(std::string_view include)
{
    static constexpr std::array posix {"cxxabi.h", "dirent.h", "dlfcn.h", "errno.h", "fcntl.h", "immintrin.h", "poll.h",
        "pthread.h", "sched.h", "signal.h", "stdlib.h", "termios.h", "unistd.h", "malloc.h"};
    if (include.starts_with("nlohmann/")) {
        return "json";
    }
    if (startsWithAny(include, {"ATen/", "torch/", "c10/", "caffe2/"})) {
        return "torch";
    }
    if (startsWithAny(include, {"cuda", "cublas", "cusparse", "cusolver", "cooperative_groups", "nccl", "mma.h"})) {
        return "cuda";
    }
    if (include.starts_with("qcustomplot")) {
        return "qcustomplot";
    }
    if (startsWithAny(include, {"gif_lib.h", "webp/"})) {
        return "animation";
    }
    if (startsWithAny(include, {"sentencepiece"})) {
        return "sentencepiece";
    }
    if (startsWithAny(include, {"CLI/"})) {
        return "cli";
    }
    if (include.size() > 1 && include[0] == 'Q' && (include[1] == 't' || (include[1] >= 'A' && include[1] <= 'Z'))) {
        return "qt";
    }
    if (startsWithAny(include, {"sys/", "linux/"}) || std::ranges::find(posix, include) != posix.end()
        || include.find_first_of("./") == std::string_view::npos) {
        return "std";
    }
    return {};
}

std::vector<Violation> checkFile(const std::string& path, std::string_view content)
{
    std::vector<Violation> found;
    const std::string room = roomOf(path);
    if (!table().contains(room)) {
        return {{path, 0, "this folder has no row in the include table"}};
    }
    const std::vector<std::string_view> lines = linesOf(content);
    if (lines.empty() || lines.front() != licence) {
        found.push_back({path, 1, "the first line is not \"" + std::string(licence) + '"'});
    }
    const int limit = isHeader(path) ? headerLimit : sourceLimit;
    if (static_cast<int>(lines.size()) > limit) {
        found.push_back({path, 0, std::to_string(lines.size()) + " lines, at most " + std::to_string(limit)});
    }
    if (isHeader(path) && std::ranges::find(lines, std::string_view("#pragma once")) == lines.end()) {
        found.push_back({path, 0, "a header without #pragma once"});
    }
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const int number = static_cast<int>(i) + 1;
        for (const std::string_view mark : {"TODO", "FIXME", "XXX"}) {
            if (lines[i].find(mark) != std::string_view::npos) {
                found.push_back({path, number, "an open end: " + std::string(mark)});
            }
        }
        if (const auto include = includedPath(lines[i])) {
            if (std::string why = objection(path, room, *include); !why.empty()) {
                found.push_back({path, number, '<' + std::string(*include) + ">: " + why});
            }
        }
    }
    return found;
}

void addEdges(RoomGraph& graph, const std::string& path, std::string_view content)
{
    const std::string room = roomOf(path);
    for (const std::string_view line : linesOf(content)) {
        const auto include = includedPath(line);
        const std::string target = include ? roomOf(*include) : std::string {};
        if (!target.empty() && target != room && target != "training") {
            graph[room].insert(target);
        }
    }
}

std::vector<std::string> findCircle(const RoomGraph& graph)
{
    std::vector<std::string> way;
    std::set<std::string> finished;
    const std::function<bool(const std::string&)> visit = [&](const std::string& room) {
        if (const auto seen = std::ranges::find(way, room); seen != way.end()) {
            way.erase(way.begin(), seen);
            way.push_back(room);
            return true;
        }
        if (finished.contains(room)) {
            return false;
        }
        way.push_back(room);
        if (const auto edges = graph.find(room); edges != graph.end()) {
            if (std::ranges::any_of(edges->second, visit)) {
                return true;
            }
        }
        way.pop_back();
        finished.insert(room);
        return false;
    };
    for (const auto& [room, targets] : graph) {
        if (visit(room)) {
            return way;
        }
    }
    return {};
}

} // namespace spectune::house
