// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/LiveEdit.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace spectune {

/// The file of a run's folder that tells its edits, one object a line, by step:
/// {"step": 120, "key": "optim.lr", "old": 0.001, "new": 0.0005}. Together with config.json, which keeps what the run
/// began with, it tells all that a replay needs. There is none while nothing was edited.
inline constexpr const char* editsFile = "edits.jsonl";

/// Without its newline.
[[nodiscard]] std::string toJsonLine(const AppliedEdit& edit);

/// Reads such a file; "old" may be absent. A torn last line is left out.
/// @throws Error (Io) where it cannot be read; (Config) naming file and line for what is no edit or out of order
[[nodiscard]] std::vector<AppliedEdit> loadEdits(const std::filesystem::path& file);

/// The same of such a file's text. @param name stands for the file in what is thrown
[[nodiscard]] std::vector<AppliedEdit> parseEdits(std::string_view text, const std::filesystem::path& name);

/// Those of a run's folder; none where there is no such file. @throws Error as loadEdits()
[[nodiscard]] std::vector<AppliedEdit> editsOfRun(const std::filesystem::path& runFolder);

/// Cuts a run's edits back to those taken when at most @p step steps were done (for --resume). The file is replaced in
/// one step; a second call changes nothing. @throws Error as loadEdits()
void truncateEdits(const std::filesystem::path& runFolder, std::int64_t step);

} // namespace spectune
