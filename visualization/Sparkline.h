// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPolygonF>
#include <QRectF>

#include <span>
#include <vector>

namespace spectune {

/// At most @p count of the finite @p values, spread evenly, the last one included.
[[nodiscard]] std::vector<float> thinned(std::span<const double> values, std::size_t count);

/// The line of a small picture without axes, on its own scale from the lowest value to the highest.
/// @param share of the width that the values take: a run that ended early is shorter; 0 … 1
[[nodiscard]] QPolygonF sparkline(std::span<const float> values, const QRectF& rect, double share = 1.0);

} // namespace spectune
