// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/PlotAxes.h"

#include <functional>
#include <vector>

namespace spectune {

/// The ticks of an upright logarithmic axis from @p low to @p high, the lowest first, as standingLevels() has them:
/// each has room for its figure. Powers of ten where two of them have; else, as a figure alone gives no scale, finer
/// ones. From 30 px of height on there are always two; none where the bounds are not positive and ascending.
/// @param yOf pixels  @param top of the plot, px
[[nodiscard]] std::vector<TickPlace> standingLogLevels(
    double low, double high, const std::function<double(double)>& yOf, double top);

} // namespace spectune
