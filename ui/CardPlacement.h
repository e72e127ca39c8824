// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPoint>
#include <QRect>
#include <QSize>

#include <vector>

namespace spectune {

/// A rectangle that a card had better not cover, and how much it would hurt per pixel.
struct CardCost {
    QRect rect;
    double weight = 1.0;
    [[nodiscard]] bool operator==(const CardCost&) const = default;
};

/// What lies below a card.
struct CardGround {
    std::vector<CardCost> costs;
    /// Lines of text and figures: a card's edge had better not cut through one, nor its arrow stand on it.
    std::vector<QRect> words;
    [[nodiscard]] bool operator==(const CardGround&) const = default;
};

/// Where a card stands, and the side of it on which its arrow points at the target.
struct CardPlace {
    enum class Arrow { Left, Right, Top, Bottom };
    QPoint position; ///< upper left corner
    Arrow arrow = Arrow::Left;
    int arrowAt = 0; ///< along that side, from its upper or left end
};

/// How many of @p words the edge of a card cuts in two.
[[nodiscard]] int cutWords(const QRect& card, const std::vector<QRect>& words);

/// Beside @p target, @p gap pixels off (less where the area ends, a little more where words are cut otherwise) and
/// inside @p area, where it covers and cuts least of what lies there; the arrow points at the target. It never covers
/// the target, unless no side of it has room for the card: then it stands where it covers least of it.
[[nodiscard]] CardPlace placeCard(
    QSize card, const QRect& target, const QRect& area, const CardGround& ground, int gap = 14);

} // namespace spectune
