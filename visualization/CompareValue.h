// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/monitor/MetricPoint.h"

#include <QString>

#include <array>

namespace spectune {

/// What of the compared runs is drawn.
enum class CompareValue { TaskLoss, Orthogonality, GradientNorm, LearningRate, Budget };

inline constexpr std::array allCompareValues {CompareValue::TaskLoss, CompareValue::Orthogonality,
    CompareValue::GradientNorm, CompareValue::LearningRate, CompareValue::Budget};

[[nodiscard]] double compareNumber(CompareValue value, const MetricPoint& point);
/// Whether it jumps from step to step, so that a smoothed line tells more. A rate and a budget are set by a schedule.
[[nodiscard]] bool isNoisy(CompareValue value);
[[nodiscard]] QString compareName(CompareValue value); ///< "Task loss"
[[nodiscard]] QString compareKey(CompareValue value); ///< "loss", of a table's column, as in metrics.jsonl
[[nodiscard]] QString compareText(CompareValue value, double number); ///< "0.731", "5.00e−4", "1,106"

} // namespace spectune
