// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/monitor/RankSnapshot.h"

#include <cstdint>
#include <vector>

namespace spectune {

/// Which triplets of a run are kept after a masking event, and when each last changed. [module × initRank] each.
struct TripletPattern {
    std::vector<std::uint8_t> kept;
    std::vector<std::int32_t> prunedAt; ///< steps done; −1: never
    std::vector<std::int32_t> revivedAt;

    /// Before the first event: all are kept.
    [[nodiscard]] static TripletPattern allKept(std::size_t triplets);
    [[nodiscard]] static TripletPattern of(const RankSnapshot& snapshot);
    /// The triplet changes between kept and pruned at the event of @p step.
    void flip(std::size_t triplet, std::int64_t step);

    friend bool operator==(const TripletPattern&, const TripletPattern&) = default;
};

} // namespace spectune
