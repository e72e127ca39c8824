// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/StudioStyle.h"

#include <QString>

namespace spectune {
class MainWindow;
}

namespace spectune::test {

/// The labels of any window, hidden ones too, whose words do not have the theme's colour of their tone, a line each.
[[nodiscard]] QString oldColours();

/// Switches the theme and waits until every label has followed.
/// @returns ms of this thread's computing: the most that the click or a turn of the event loop after it took
[[nodiscard]] double costOfSwitch(MainWindow& window, ThemeChoice theme);

} // namespace spectune::test
