// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace spectune {

class MainWindow;

/// Adds the runs below @p folder to the history, as "Add runs from disk" does, tells how many there are, and shows
/// them in Runs, unless the window has gone on to another workspace by then. Without any the folder is refused in
/// words. It searches no further than droppedLimits, and says so where there is more. A folder that is being searched
/// is not searched twice. GUI thread; the disk is read on the history's.
void findRunsBelow(MainWindow& window, const QString& folder);

} // namespace spectune
