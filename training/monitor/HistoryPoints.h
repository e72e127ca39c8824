// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/monitor/HistoryLine.h"
#include "training/monitor/MetricPoint.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace spectune {

// What the parsed lines of metrics.jsonl and ranks.jsonl say. All functions @throws Error (Io), by Place::reject().

/// A line's place, for messages: "runs/a/metrics.jsonl:12".
struct Place {
    const std::filesystem::path& file;
    std::int64_t line = 0; ///< 0: the file's last, which nobody has counted

    /// @throws Error (Io) always, with what is wrong with the line
    [[noreturn]] void reject(const Message& problem) const;
};

[[nodiscard]] std::int64_t integerAt(const HistoryLine& line, std::string_view key, const Place& place);
[[nodiscard]] EvalPoint evalPointFrom(const HistoryLine& line, const Place& place);
[[nodiscard]] MetricPoint metricPointFrom(const HistoryLine& line, const Place& place);
/// The modules of a run are those of its first line.
void learnModules(const HistoryLine& line, std::vector<std::string>& modules);
/// @param modules learnt where there are none yet
[[nodiscard]] MaskEvent maskEventFrom(const HistoryLine& line, std::vector<std::string>& modules, const Place& place);
void checkOrder(std::int64_t step, std::int64_t before, const Place& place);

} // namespace spectune
