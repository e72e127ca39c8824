// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace spectune {

// In a run's folder, beside config.json, edits.jsonl (EditLog.h) and replay.bin (ReplayFormat.h).
inline constexpr const char* metricsName = "metrics.jsonl";
inline constexpr const char* ranksName = "ranks.jsonl";
inline constexpr const char* logName = "log.txt";

} // namespace spectune
