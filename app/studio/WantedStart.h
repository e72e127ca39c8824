// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace spectune {

class MainWindow;
struct StudioArguments;

// What the command line names, brought into the window. GUI thread.

/// Before the window is shown: a configuration, a model's folder as the beginning of a set-up, the demo. Of a run's
/// folder only that it is one, unless a picture of it is all that is wanted.
/// @throws Error naming what cannot be opened
void openWanted(MainWindow& window, const StudioArguments& arguments);
/// Once it is there, without keeping it waiting: a run's folder. What is wrong with it stands in the status line.
void openShown(MainWindow& window, const StudioArguments& arguments);
/// Why --start starts nothing, and what would: the folder of a run was named. Empty: it starts, or is not asked for.
[[nodiscard]] QString noteOnStart(const StudioArguments& arguments);

} // namespace spectune
