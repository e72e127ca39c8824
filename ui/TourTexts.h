// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/TourScript.h"

#include <optional>

namespace spectune {

/// The sentences of the tour's stops, each from one moment's values. What a run does not know is left out of them.
struct TourTexts {
    [[nodiscard]] static TourText triplet(const TourFacts& facts, ModuleIndex chosen);
    [[nodiscard]] static TourText ranks(const TourFacts& facts, ModuleIndex chosen);
    [[nodiscard]] static TourText scale(const TourFacts& facts, ModuleIndex chosen);
    [[nodiscard]] static TourText budget(const TourFacts& facts, ModuleIndex chosen);
    [[nodiscard]] static TourText firstPruning(const TourFacts& facts, ModuleIndex chosen);
    [[nodiscard]] static TourText threshold(const TourFacts& facts, ModuleIndex chosen);
    /// The triplet that threshold() speaks of: of @p module the pruned one of highest score. @p snapshot has scores.
    [[nodiscard]] static std::optional<int> nearestPruned(const RankSnapshot& snapshot, ModuleIndex module);
    [[nodiscard]] static TourText cameBack(const TourFacts& facts, ModuleIndex chosen);
    [[nodiscard]] static TourText orthogonality(const TourFacts& facts, ModuleIndex chosen);
    [[nodiscard]] static TourText finalPhase(const TourFacts& facts, ModuleIndex chosen);
    [[nodiscard]] static TourText result(const TourFacts& facts, ModuleIndex chosen);
};

} // namespace spectune
