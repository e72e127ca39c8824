// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/CardPlacement.h"

#include <algorithm>
#include <limits>

namespace spectune {

namespace {

constexpr int arrowMargin = 18; // the arrow keeps off the rounded corners
constexpr int stride = 8; // pixels between tried places
constexpr double otherSideCost = 1e9;

double pixels(const QRect& rect)
{
    return rect.isEmpty() ? 0.0 : static_cast<double>(rect.width()) * rect.height();
}

double costOf(const QRect& card, const QRect& target, const std::vector<CardCost>& costs)
{
    double cost = 1e3 * pixels(card & target);
    for (const CardCost& other : costs)
        cost += other.weight * pixels(card & other.rect);
    // Of places that cover as little, the one nearest the target's middle.
    const QPoint off = card.center() - target.center();
    return cost + 0.01 * (std::abs(off.x()) + std::abs(off.y()));
}

bool isUpright(CardPlace::Arrow arrow)
{
    return arrow == CardPlace::Arrow::Left || arrow == CardPlace::Arrow::Right;
}

QPoint cornerAt(CardPlace::Arrow side, QSize card, const QRect& target, int along, int gap)
{
    switch (side) {
    case CardPlace::Arrow::Left: return {target.right() + 1 + gap, along};
    case CardPlace::Arrow::Right: return {target.left() - gap - card.width(), along};
    case CardPlace::Arrow::Top: return {along, target.bottom() + 1 + gap};
    case CardPlace::Arrow::Bottom: break;
    }
    return {along, target.top() - gap - card.height()};
}

/// How far the card stands off the target on that side; negative: it reaches over the target's edge, or lies elsewhere.
int distance(CardPlace::Arrow side, const QRect& card, const QRect& target)
{
    switch (side) {
    case CardPlace::Arrow::Left: return card.left() - target.right() - 1;
    case CardPlace::Arrow::Right: return target.left() - card.right() - 1;
    case CardPlace::Arrow::Top: return card.top() - target.bottom() - 1;
    case CardPlace::Arrow::Bottom: break;
    }
    return target.top() - card.bottom() - 1;
}

/// The arrow needs something of the target beside it.
bool facesTarget(CardPlace::Arrow side, const QRect& card, const QRect& target)
{
    return isUpright(side) ? card.top() + arrowMargin < target.bottom() && card.bottom() - arrowMargin > target.top()
                           : card.left() + arrowMargin < target.right() && card.right() - arrowMargin > target.left();
}

/// What it costs that the arrow cannot do its work; above all that any cover costs.
double arrowCost(CardPlace::Arrow side, const QRect& card, const QRect& target, int gap)
{
    const int off = distance(side, card, target);
    if (off < 0)
        return otherSideCost;
    return (facesTarget(side, card, target) ? 0.0 : 1e8) + 1e4 * std::max(0, gap - off);
}

int arrowAt(const CardPlace& place, QSize card, const QRect& target)
{
    const bool upright = isUpright(place.arrow);
    const int length = upright ? card.height() : card.width();
    const int start = upright ? place.position.y() : place.position.x();
    const int low = std::max(start, upright ? target.top() : target.left());
    const int high = std::min(start + length, upright ? target.bottom() + 1 : target.right() + 1);
    return std::clamp((low + high) / 2 - start, arrowMargin, std::max(arrowMargin, length - arrowMargin));
}

} // namespace

CardPlace placeCard(QSize card, const QRect& target, const QRect& area, const std::vector<CardCost>& costs, int gap)
{
    CardPlace best;
    double least = std::numeric_limits<double>::infinity();
    for (const auto side :
        {CardPlace::Arrow::Right, CardPlace::Arrow::Left, CardPlace::Arrow::Bottom, CardPlace::Arrow::Top}) {
        const bool upright = isUpright(side);
        const int from = upright ? area.top() : area.left();
        const int to = upright ? area.bottom() + 1 - card.height() : area.right() + 1 - card.width();
        for (int along = from; along <= std::max(from, to); along += stride) {
            QPoint corner = cornerAt(side, card, target, along, gap);
            corner.setX(std::clamp(corner.x(), area.left(), std::max(area.left(), area.right() + 1 - card.width())));
            corner.setY(std::clamp(corner.y(), area.top(), std::max(area.top(), area.bottom() + 1 - card.height())));
            const QRect placed(corner, card);
            const double cost = costOf(placed, target, costs) + arrowCost(side, placed, target, gap);
            if (cost < least) {
                least = cost;
                best.position = corner;
                best.arrow = side;
            }
        }
    }
    best.arrowAt = arrowAt(best, card, target);
    return best;
}

} // namespace spectune
