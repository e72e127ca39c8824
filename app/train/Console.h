// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/StopToken.h"

#include <functional>
#include <string>

namespace spectune {

/// Raised by SIGINT, SIGTERM and SIGHUP once installSignalHandlers() was called; a second signal ends the process at
/// once.
[[nodiscard]] const StopToken& stopOnSignal();
void installSignalHandlers();
/// From now on a stop ends with a save: signals say on stderr what they do.
void announceStops();

/// Runs a command and turns what it throws, or output that could not be written, into a text on stderr and the
/// contract's exit code.
[[nodiscard]] int runGuarded(const std::function<void()>& command);

/// Whether stdout is a terminal, where a progress line may be redrawn in place.
[[nodiscard]] bool isTerminal();

/// "1,106"
[[nodiscard]] std::string grouped(long long value);
/// "8 min 38 s", "2 h 05 min", "12 s"
[[nodiscard]] std::string duration(double seconds);

} // namespace spectune
