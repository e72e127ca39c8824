// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/optim/LearningRate.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace spectune {

double learningRate(const OptimConfig& config, std::int64_t t, std::int64_t totalSteps) noexcept
{
    const auto now = static_cast<double>(t);
    const auto warmUp = static_cast<double>(config.warmup);
    const auto total = static_cast<double>(totalSteps);
    if (t < config.warmup)
        return config.lr * (now / std::max(1.0, warmUp));
    const double rest = std::max(1.0, total - warmUp);
    switch (config.schedule) {
    case LrSchedule::Constant: return config.lr;
    case LrSchedule::Linear: return config.lr * std::max(0.0, (total - now) / rest);
    case LrSchedule::Cosine:
        return config.lr * std::max(0.0, 0.5 * (1.0 + std::cos(std::numbers::pi * ((now - warmUp) / rest))));
    }
    return config.lr;
}

} // namespace spectune
