// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/LabelPlace.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace spectune {

namespace {
constexpr double gap = 3.0; ///< between a label and the curve's line
constexpr double columnWidth = 2.0;
} // namespace

void CurveBand::include(double y)
{
    if (std::isfinite(y)) {
        top = std::min(top, y);
        bottom = std::max(bottom, y);
    }
}

CurveBand bandOf(double left, double right, const std::function<double(double x)>& yOf)
{
    CurveBand band;
    for (double x = left; x < right; x += columnWidth) {
        band.include(yOf(x));
    }
    band.include(yOf(right));
    return band;
}

double clearOfCurve(const QRectF& wanted, const CurveBand& curve, const QRectF& room, std::span<const QRectF> taken)
{
    const auto fits = [&](double top) {
        const QRectF label(wanted.left(), top, wanted.width(), wanted.height());
        const bool free
            = std::none_of(taken.begin(), taken.end(), [&](const QRectF& other) { return other.intersects(label); });
        const bool clear
            = curve.isEmpty() || label.bottom() <= curve.top - gap + 1e-6 || label.top() >= curve.bottom + gap - 1e-6;
        return free && clear && label.top() >= room.top() && label.bottom() <= room.bottom();
    };
    std::optional<double> best;
    const auto consider = [&](double top) {
        if (fits(top) && (!best || std::abs(top - wanted.top()) < std::abs(*best - wanted.top()))) {
            best = top;
        }
    };
    consider(wanted.top());
    if (!curve.isEmpty()) {
        consider(curve.top - gap - wanted.height());
        consider(curve.bottom + gap);
    }
    for (const QRectF& other : taken) { // right above or below what stands there
        consider(other.top() - 1.0 - wanted.height());
        consider(other.bottom() + 1.0);
    }
    const double lowest = std::max(room.top(), room.bottom() - wanted.height());
    return best.value_or(std::clamp(wanted.top(), room.top(), lowest));
}

} // namespace spectune
