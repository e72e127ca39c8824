// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

namespace spectune::testing {

/// The literals of @p source that a person would read and no translator would ever see.
[[nodiscard]] QStringList untranslated(const QString& source);

} // namespace spectune::testing
