// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRect>

#include <vector>

class QWidget;

namespace spectune {

class LivePage;

/// What is written in Live: every line of its labels, grid and plots, and what has no lines of its own (a button, a
/// list) as a whole. Rectangles in @p window's pixels, without what is scrolled out of sight.
[[nodiscard]] std::vector<QRect> shownWords(LivePage& live, const QWidget& window);

} // namespace spectune
