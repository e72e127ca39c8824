// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/CardPlacement.h"

#include <algorithm>
#include <limits>

namespace spectune {

namespace {

constexpr int arrowDepth = 12; // as the card draws it
constexpr int arrowHalf = 9;
constexpr int arrowMargin = 18; // the arrow keeps off the rounded corners
constexpr int stride = 4; // pixels between tried places
constexpr int mostExtra = 32; // pixels beyond the gap: further off the arrow would point at nothing
constexpr int clearance = 1; // pixels between the card's edge and words
// Of one line of words: half of it left over is worse than all of it covered.
constexpr double cutCost = 1.2e5;
constexpr double coverCost = 2e3;
constexpr double arrowOnWordsCost = 2e4;
constexpr double otherSideCost = 1e9;

double pixels(const QRect& rect)
{
    return rect.isEmpty() ? 0.0 : static_cast<double>(rect.width()) * rect.height();
}

double costOf(const QRect& card, const QRect& arrow, const QRect& target, const CardGround& ground)
{
    double cost = 1e3 * pixels(card & target);
    for (const CardCost& other : ground.costs)
        cost += other.weight * pixels(card & other.rect);
    for (const QRect& line : ground.words)
        if (const QRect around = line.adjusted(-clearance, -clearance, clearance, clearance); card.intersects(around))
            cost += card.contains(around) ? coverCost : cutCost;
        else if (arrow.intersects(around))
            cost += arrowOnWordsCost;
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
    return (facesTarget(side, card, target) ? 0.0 : 1e8) + 1e4 * std::max(0, gap - off) + 1e3 * std::max(0, off - gap);
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

QRect arrowRect(const CardPlace& place, const QRect& card)
{
    const bool upright = isUpright(place.arrow);
    const QSize size = upright ? QSize(arrowDepth, 2 * arrowHalf) : QSize(2 * arrowHalf, arrowDepth);
    const int along = (upright ? card.top() : card.left()) + place.arrowAt - arrowHalf;
    switch (place.arrow) {
    case CardPlace::Arrow::Left: return {QPoint(card.left() - arrowDepth, along), size};
    case CardPlace::Arrow::Right: return {QPoint(card.right() + 1, along), size};
    case CardPlace::Arrow::Top: return {QPoint(along, card.top() - arrowDepth), size};
    case CardPlace::Arrow::Bottom: break;
    }
    return {QPoint(along, card.bottom() + 1), size};
}

} // namespace

int cutWords(const QRect& card, const std::vector<QRect>& words)
{
    return static_cast<int>(std::ranges::count_if(
        words, [&card](const QRect& line) { return card.intersects(line) && !card.contains(line); }));
}

CardPlace placeCard(QSize card, const QRect& target, const QRect& area, const CardGround& ground, int gap)
{
    CardPlace best;
    double least = std::numeric_limits<double>::infinity();
    const QPoint last(std::max(area.left(), area.right() + 1 - card.width()),
        std::max(area.top(), area.bottom() + 1 - card.height()));
    const auto tryAt = [&](CardPlace::Arrow side, QPoint corner) {
        corner.setX(std::clamp(corner.x(), area.left(), last.x()));
        corner.setY(std::clamp(corner.y(), area.top(), last.y()));
        const QRect placed(corner, card);
        CardPlace place {corner, side, 0};
        place.arrowAt = arrowAt(place, card, target);
        const double cost
            = costOf(placed, arrowRect(place, placed), target, ground) + arrowCost(side, placed, target, gap);
        if (cost < least) {
            least = cost;
            best = place;
        }
    };
    for (const auto side :
        {CardPlace::Arrow::Right, CardPlace::Arrow::Left, CardPlace::Arrow::Bottom, CardPlace::Arrow::Top}) {
        const int from = isUpright(side) ? area.top() : area.left();
        const int to = isUpright(side) ? last.y() : last.x();
        for (int off = gap; off <= gap + mostExtra; off += stride) {
            for (int along = from; along < to; along += stride)
                tryAt(side, cornerAt(side, card, target, along, off));
            tryAt(side, cornerAt(side, card, target, to, off));
        }
    }
    return best;
}

} // namespace spectune
