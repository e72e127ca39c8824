// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/config/RankBound.h"

#include <cmath>

namespace spectune {

std::int64_t rankWithoutSpuriousMinima(std::int64_t outputs, std::int64_t samples) noexcept
{
    const double product = static_cast<double>(outputs) * static_cast<double>(samples);
    // The positive root of r² + r − 2 K·N, then the first whole number above it;
    // rounding may be one off for large products.
    auto rank = static_cast<std::int64_t>((std::sqrt(8.0 * product + 1.0) - 1.0) / 2.0);
    const auto exceeds
        = [product](std::int64_t r) { return static_cast<double>(r) * static_cast<double>(r + 1) / 2.0 > product; };
    while (rank > 0 && exceeds(rank - 1))
        --rank;
    while (!exceeds(rank))
        ++rank;
    return rank;
}

} // namespace spectune
