// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <optional>

class QApplication;

namespace spectune {

enum class ThemeChoice { System, Light, Dark };

/// "system", "light" or "dark".
[[nodiscard]] QString toString(ThemeChoice choice);
/// System for anything else.
[[nodiscard]] ThemeChoice themeFromName(const QString& name);

/// Fusion, a palette from the tokens and the one style sheet. GUI thread; may be called again at any time.
void applyTheme(QApplication& application, ThemeChoice choice);

/// While it lives, the program's first window is built without the style sheet; at its end all widgets get it. Under a
/// sheet Qt asks the rules anew for every widget below one that is given a parent: a window that is put together from
/// the leaves takes three times as long. It does nothing where a widget exists already: after a sheet was taken off, Qt
/// 6.4 no longer notices that what it had styled is destroyed. GUI thread; not nested.
class StyleSheetPause {
public:
    StyleSheetPause();
    ~StyleSheetPause();
    Q_DISABLE_COPY_MOVE(StyleSheetPause)

private:
    QString m_sheet;
};

/// What the desktop's settings portal says of light and dark (see DesktopWishes); empty: nothing. GUI thread.
void setDesktopScheme(std::optional<bool> dark);

/// What it says of motion; empty: nothing. While it asks for less, the style's animations take no time
/// (QStyle::SH_Widget_Animation_Duration), those of Qt's own widgets too. GUI thread.
void setDesktopMotion(std::optional<bool> reduced);

/// What the desktop asks for: by GTK_THEME, else by its portal, else by the palette that Qt hands to programs.
[[nodiscard]] bool systemPrefersDark();

/// Asks the desktop anew, for when Qt or the portal tells that its theme has changed. @returns whether it wants another
/// theme than the one that is shown
[[nodiscard]] bool desktopTurned();

} // namespace spectune
