// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <cstdint>
#include <string>
#include <vector>

namespace spectune {

/// Where new runs go: `runs` in the working folder, or, where that cannot be written or is the home folder itself, in
/// the user's data folder (XDG_DATA_HOME/spectune/runs).
[[nodiscard]] QString runsRoot();

/// What a person calls something, as a name for its file or folder: characters that these do not like become '-'.
/// @param kind begins it where nothing else is left, or where it would be hidden
[[nodiscard]] QString fileNameFrom(const QString& name, const QString& kind);

/// `<runs>/<name>-N` with the smallest N that is free; @p name as fileNameFrom() has it.
[[nodiscard]] QString nextRunFolder(const QString& name);

/// A folder with a config.json and the records of a run.
[[nodiscard]] bool isRunFolder(const QString& path);
/// Looks at names alone. @throws Error (Config) naming a folder that is no run's
void requireRunFolder(const QString& path);
/// Steps of a run's checkpoints, ascending. Only "step-N" counts: "step-N.cut" came after a checkpoint that the run
/// was resumed from, "step-N.partial-…" was never finished.
[[nodiscard]] std::vector<std::int64_t> checkpointSteps(const QString& runFolder);
/// A folder with a config.json and weights.
[[nodiscard]] bool isModelFolder(const QString& path);

/// What a model is called by its folder's path. A folder that is only called "model" says more with the name of the
/// one that it lies in: "demo/model".
[[nodiscard]] QString modelName(const std::string& path);

/// Relative to the working folder where that is shorter, for showing.
[[nodiscard]] QString shownPath(const QString& path);

} // namespace spectune
