// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/monitor/MetricPoint.h"

#include <span>

namespace spectune {

/// Loss-bearing tokens per second of the steps behind the first of @p points. A point's seconds are those of a clock
/// that runs on while the run is paused, saves or evaluates: the time behind an evaluation is left out with its steps,
/// and so is what takes many times as long a step as is usual. A point stands for the steps before it that are missing,
/// of a reader that fell far behind. One point alone is taken from the run's start.
/// @param points by step, ascending  @param evaluations the same  @return 0: not known
[[nodiscard]] double trainingSpeed(std::span<const MetricPoint> points, std::span<const EvalPoint> evaluations);

} // namespace spectune
