// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/monitor/MetricPoint.h"

#include <string>
#include <string_view>
#include <vector>

namespace spectune {

/// Reads a line of ranks.jsonl that is written exactly as toJsonLine() writes it, with the modules of the lines before,
/// at memory speed: 10,000 events of 560 matrices are 200 MB, of which nearly all are names that are known.
/// @returns false for any other line, also a good one: HistoryLine reads it then. @p event may be half filled
[[nodiscard]] bool scanRanksLine(std::string_view line, const std::vector<std::string>& modules, MaskEvent& event);

} // namespace spectune
