// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/session/TrainingEngine.h"

#include <filesystem>

namespace spectune {

/// The symbol that libspectune-engine exports: `extern "C" TrainingEngine* spectuneCreateEngine()`.
inline constexpr const char* engineSymbol = "spectuneCreateEngine";

/// A factory that opens @p library on its first call, on the caller's thread: a window is there before LibTorch is.
/// The library stays loaded for the life of the process.
[[nodiscard]] EngineFactory engineFromLibrary(std::filesystem::path library);

/// Where the engine's library lies for the running program: beside it, in ../lib or in ../lib/spectune.
/// @throws Error (Io) naming the places that were searched
[[nodiscard]] std::filesystem::path findEngineLibrary();

} // namespace spectune
