// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/LogLevels.h"

#include "visualization/CurveMath.h"

#include <cmath>
#include <span>
#include <utility>

namespace spectune {

namespace {

constexpr int nearlyEven = 20; ///< parts of an axis so narrow that it is nearly linear

/// Each of @p factors times each power of ten, within [low, high].
std::vector<double> timesPowers(std::span<const int> factors, double low, double high)
{
    std::vector<double> ticks;
    const int last = static_cast<int>(std::floor(std::log10(high) + 1e-9));
    for (int power = static_cast<int>(std::floor(std::log10(low) + 1e-9)); power <= last; ++power) {
        for (const int factor : factors) {
            const double tick = factor * std::pow(10.0, power);
            if (tick >= low * (1.0 - 1e-9) && tick <= high * (1.0 + 1e-9)) {
                ticks.push_back(tick);
            }
        }
    }
    return ticks;
}

} // namespace

std::vector<TickPlace> standingLogLevels(double low, double high, const std::function<double(double)>& yOf, double top)
{
    if (!(low > 0.0) || !(high > low) || !std::isfinite(high)) {
        return {};
    }
    static constexpr int some[] {1, 2, 5};
    static constexpr int all[] {1, 2, 3, 4, 5, 6, 7, 8, 9};
    std::vector<TickPlace> best;
    for (const std::vector<double>& ticks : {logTicks(low, high), timesPowers(some, low, high),
             timesPowers(all, low, high), niceTicks(low, high, nearlyEven)}) {
        std::vector<TickPlace> standing = standingLevels(ticks, yOf, top);
        if (standing.size() > best.size()) {
            best = std::move(standing);
        }
        if (best.size() >= 2) {
            break;
        }
    }
    return best;
}

} // namespace spectune
