// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace spectune {

/// A path as typed: "~" and "~/models" begin in the home folder, as in a shell. All else stays as it is.
[[nodiscard]] QString withHome(const QString& typed);

} // namespace spectune
