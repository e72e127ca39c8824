// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/monitor/RankSnapshot.h"

#include <algorithm>

namespace spectune::testing {

inline bool sameTriplet(const TripletState& a, const TripletState& b)
{
    return a.lambda == b.lambda && a.score == b.score && a.scoreLambda == b.scoreLambda
        && a.sensitivityLambda == b.sensitivityLambda && a.uncertaintyLambda == b.uncertaintyLambda
        && a.meanScoreP == b.meanScoreP && a.meanScoreQ == b.meanScoreQ && a.prunedAt == b.prunedAt
        && a.revivedAt == b.revivedAt && a.kept == b.kept;
}

inline bool sameModule(const ModuleState& a, const ModuleState& b)
{
    return a.rank == b.rank && a.lostAtLastEvent == b.lostAtLastEvent && a.backAtLastEvent == b.backAtLastEvent
        && a.importance == b.importance && a.lambdaSum == b.lambdaSum && a.orthP == b.orthP && a.orthQ == b.orthQ;
}

/// Every number of both, bit by bit; what the device held is not looked at.
inline bool sameSnapshot(const RankSnapshot& a, const RankSnapshot& b)
{
    return a.step == b.step && a.budget == b.budget && a.eventStep == b.eventStep && a.threshold == b.threshold
        && a.hasLambda == b.hasLambda && a.hasScores == b.hasScores && a.hasTriplets == b.hasTriplets
        && std::equal(a.modules.begin(), a.modules.end(), b.modules.begin(), b.modules.end(), sameModule)
        && std::equal(a.triplets.begin(), a.triplets.end(), b.triplets.begin(), b.triplets.end(), sameTriplet);
}

} // namespace spectune::testing
