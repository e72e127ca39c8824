// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/AtomicFile.h"
#include "training/core/Message.h"
#include "training/session/TrainingEngine.h"

#include <cstdint>
#include <filesystem>
#include <functional>

namespace spectune {

/// In the folder of an export whose check failed: what was found, in words.
inline constexpr const char* unverifiedMark = "NOT-VERIFIED.txt";

/// @throws Error (Config) where @p target is empty, a file, or a folder that is not empty
void checkExportTarget(const std::filesystem::path& target);

/// @throws Error (Io) naming both numbers where the disk of @p target has less than @p bytes free
void checkFreeSpace(const std::filesystem::path& target, std::uint64_t bytes);

/// Ends an export whose files are written and compared: counts their bytes into @p report and lets the folder appear
/// under its name. Where the difference is above @p allowed (or not a number) report.verified is false, and the folder
/// holds a file NOT-VERIFIED.txt beside what was written. @throws Error (Io)
void concludeExport(AtomicDirectory& folder, ExportReport& report, double allowed);

/// Tells a stage's progress to whoever waits for the request, and looks for its stop first:
/// what it returns throws Stopped.
/// @p context must outlive it
[[nodiscard]] std::function<void(std::int64_t done, std::int64_t total)> stageOf(
    const RequestContext& context, const Message& stage);

/// "13.5 GB", "2.4 MB", "812 bytes"
[[nodiscard]] Message sizeText(std::uint64_t bytes);

} // namespace spectune
