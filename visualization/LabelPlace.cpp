// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/LabelPlace.h"

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {
constexpr double gap = 3.0; ///< between a label and the curve's line
constexpr double columnWidth = 2.0;

bool isClear(const QRectF& label, const LabelObstacles& obstacles)
{
    const QRectF around = label.adjusted(-gap, 0.0, gap, 0.0);
    const auto meets = [&around](const QRectF& other) { return other.intersects(around); };
    const auto crosses = [&around](double x) { return x > around.left() && x < around.right(); };
    if (!obstacles.room.contains(label) || std::any_of(obstacles.taken.begin(), obstacles.taken.end(), meets)
        || std::any_of(obstacles.uprights.begin(), obstacles.uprights.end(), crosses)) {
        return false;
    }
    const CurveBand band = obstacles.curve ? bandOf(label.left(), label.right(), obstacles.curve) : CurveBand {};
    return band.isEmpty() || label.bottom() <= band.top || label.top() >= band.bottom;
}
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

std::optional<LabelChoice> firstClear(
    std::span<const LabelSpot> spots, std::span<const double> widths, double height, const LabelObstacles& obstacles)
{
    for (const LabelSpot& spot : spots) {
        for (std::size_t words = 0; words < widths.size(); ++words) {
            const double left = spot.ends ? spot.x - widths[words] : spot.x;
            const QRectF label(left, spot.top, widths[words], height);
            if (isClear(label, obstacles)) {
                return LabelChoice {words, label};
            }
        }
    }
    return std::nullopt;
}

} // namespace spectune
