// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/StopToken.h"

#include <chrono>
#include <functional>
#include <string>

namespace spectune {

/// Raised by SIGINT, SIGTERM and SIGHUP once installSignalHandlers() was called; a second signal ends the process at
/// once.
[[nodiscard]] const StopToken& stopOnSignal();
void installSignalHandlers();
/// From now on a stop ends with a save: signals say on stderr what they do.
void announceStops();
/// While @p waits, a stop gives up what cannot be written: signals say that instead.
void announceWait(bool waits);
/// Back when @p longest has passed, or at once when a signal asks for a stop meanwhile.
void waitUnlessStopped(std::chrono::seconds longest);

/// Runs a command and turns what it throws, or output that could not be written, into a text on stderr and the
/// contract's exit code.
[[nodiscard]] int runGuarded(const std::function<void()>& command);

/// Whether stdout is a terminal, where a progress line may be redrawn in place.
[[nodiscard]] bool isTerminal();

/// Whether somebody can see what is printed and answer by Ctrl-C: stdin and stdout are a terminal.
[[nodiscard]] bool isWatched();

/// "1,106"
[[nodiscard]] std::string grouped(long long value);
/// "8 min 38 s", "2 h 05 min", "12 s"
[[nodiscard]] std::string duration(double seconds);

} // namespace spectune
