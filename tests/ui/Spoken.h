// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

class QWidget;

namespace spectune::test {

/// What a screen reader calls a widget. A combo box has its choice for a name on Linux, and says the label beside it.
[[nodiscard]] QString spokenName(QWidget* widget);

/// Where the keyboard stops on its way through a window.
struct TabStops {
    int count = 0;
    QStringList nameless; ///< those without a spoken name, by class and place
};

enum class TabStopsOf { WhatIsShown, AllThereIs };

/// Of @p window, a window or a widget without a parent; Qt's own parts, such as a menu bar's button for what it has no
/// room for, are left out.
[[nodiscard]] TabStops tabStops(const QWidget& window, TabStopsOf which);

} // namespace spectune::test
