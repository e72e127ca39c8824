// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/monitor/MetricPoint.h"
#include "training/monitor/ModuleLayout.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace spectune {

/// The curves and masking events of one run, as its folder keeps them and as a live view gathers them.
struct RunHistory {
    std::vector<MetricPoint> metrics; ///< by step, ascending
    std::vector<EvalPoint> evaluations;
    std::vector<MaskEvent> events;
    std::vector<std::string> modules; ///< names in the order of MaskEvent::ranks
};

/// One line of metrics.jsonl or ranks.jsonl without its newline; doubles read back as the same double.
[[nodiscard]] std::string toJsonLine(const MetricPoint& point);
[[nodiscard]] std::string toJsonLine(const EvalPoint& point);
/// @throws Error (Internal) when the event's ranks are not the layout's modules
[[nodiscard]] std::string toJsonLine(const MaskEvent& event, const ModuleLayout& layout);

/// Reads metrics.jsonl and ranks.jsonl of a run's folder; a missing file is an empty history, a torn last line is left
/// out. Unknown keys are passed over. @throws Error (Io) naming file and line for anything else, steps out of order too
[[nodiscard]] RunHistory loadHistory(const std::filesystem::path& runFolder);

/// The last masking event of a run's folder, with the names of its modules, as loadHistory() has it: the end of
/// ranks.jsonl alone is read. Without events where the file is missing or has none.
/// @throws Error (Io) naming the file, where it cannot be read or that line cannot be used
[[nodiscard]] RunHistory loadLastEvent(const std::filesystem::path& runFolder);

/// What a run that goes on must know of the lines before it; −1: there is none.
struct HistoryEnd {
    std::int64_t metric = -1; ///< step of the last metric line
    double seconds = 0.0; ///< of that line
    std::int64_t evaluation = -1; ///< step of the last evaluation line
};

/// Cuts both files, and replay.bin, back to what had happened when @p step steps were done (for --resume), an
/// evaluation at that very step included. Each file is replaced in one step; a second call changes nothing.
/// @throws Error (Io), for lines that loadHistory() would refuse too
HistoryEnd truncateHistory(const std::filesystem::path& runFolder, std::int64_t step);

} // namespace spectune
