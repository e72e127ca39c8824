// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/monitor/TripletPattern.h"

namespace spectune {

TripletPattern TripletPattern::allKept(std::size_t triplets)
{
    return {std::vector<std::uint8_t>(triplets, 1), std::vector<std::int32_t>(triplets, -1),
        std::vector<std::int32_t>(triplets, -1)};
}

TripletPattern TripletPattern::of(const RankSnapshot& snapshot)
{
    TripletPattern pattern;
    pattern.kept.reserve(snapshot.triplets.size());
    pattern.prunedAt.reserve(snapshot.triplets.size());
    pattern.revivedAt.reserve(snapshot.triplets.size());
    for (const TripletState& triplet : snapshot.triplets) {
        pattern.kept.push_back(triplet.kept ? 1 : 0);
        pattern.prunedAt.push_back(triplet.prunedAt);
        pattern.revivedAt.push_back(triplet.revivedAt);
    }
    return pattern;
}

void TripletPattern::flip(std::size_t triplet, std::int64_t step)
{
    kept[triplet] ^= 1U;
    (kept[triplet] != 0 ? revivedAt : prunedAt)[triplet] = static_cast<std::int32_t>(step);
}

} // namespace spectune
