// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

class QWidget;

namespace spectune::test {

/// What of @p window's visible words has less room than it needs, a line each. Labels that wrap or end in "…" by
/// design, and columns that can be scrolled sideways, are left out.
[[nodiscard]] QString cutOff(const QWidget& window);

} // namespace spectune::test
