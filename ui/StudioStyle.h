// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

class QApplication;

namespace spectune {

enum class ThemeChoice { System, Light, Dark };

/// "system", "light" or "dark".
[[nodiscard]] QString toString(ThemeChoice choice);
/// System for anything else.
[[nodiscard]] ThemeChoice themeFromName(const QString& name);

/// Fusion, a palette from the tokens and the one style sheet. GUI thread; may be called again at any time.
void applyTheme(QApplication& application, ThemeChoice choice);

/// What the desktop asks for, as far as Qt 6.4 lets one know: the palette it hands to programs, or GTK_THEME.
[[nodiscard]] bool systemPrefersDark();

/// Asks the desktop anew, for when Qt tells that its theme has changed. @returns whether it wants another theme than the
/// one that is shown
[[nodiscard]] bool desktopTurned();

} // namespace spectune
