// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace spectune {

/// A name in the same folder that was probably meant by @p path: same extension (files), at most three letters off.
/// Empty when there is none. Looks at the first 200 entries.
[[nodiscard]] QString nearestEntry(const QString& path, bool folder);

} // namespace spectune
