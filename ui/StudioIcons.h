// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QIcon>
#include <QString>

namespace spectune {

/// Which token an icon is drawn in.
enum class IconTone { Text, Second, OnPrimary, Ok, Warn, Error };

/// An icon of resources/icons, drawn in a colour of the current theme each time it is painted: it follows a theme
/// switch.
[[nodiscard]] QIcon studioIcon(const QString& name, IconTone tone = IconTone::Text);

} // namespace spectune
