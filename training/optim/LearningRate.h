// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/RunConfig.h"

#include <cstdint>

namespace spectune {

/// The learning rate used in step @p t (0-based), as transformers' get_{constant,linear,cosine}_schedule_with_warmup:
/// lr · t / warmup during the warm-up, then constant, linear to 0 at @p totalSteps, or half a cosine to 0.
[[nodiscard]] double learningRate(const OptimConfig& config, std::int64_t t, std::int64_t totalSteps) noexcept;

} // namespace spectune
