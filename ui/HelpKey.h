// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

class QWidget;

namespace spectune {

/// F1 in @p widget, and in all that lies in it, opens the glossary at the term of the field @p key: "optim.lr".
void setHelpKey(QWidget& widget, const QString& key);

/// The key of @p widget, or of the nearest around it that has one. Empty: none has, or @p widget is null.
[[nodiscard]] QString helpKeyOf(const QWidget* widget);

} // namespace spectune
