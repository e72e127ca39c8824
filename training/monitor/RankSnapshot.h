// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/monitor/DeviceMemory.h"
#include "training/monitor/ModuleLayout.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace spectune {

/// One triplet (P column, λ, Q row) as a snapshot shows it. Scores are those of the last masking event or, before the
/// first, of the snapshot's own step. S = scoreLambda + meanScoreP + meanScoreQ.
struct TripletState {
    float lambda = 0.0F; ///< value at the snapshot's step
    float score = 0.0F; ///< S
    float scoreLambda = 0.0F; ///< s(λ) = Ī·Ū of λ
    float sensitivityLambda = 0.0F; ///< Ī of λ
    float uncertaintyLambda = 0.0F; ///< Ū of λ
    float meanScoreP = 0.0F; ///< mean over P's column of s
    float meanScoreQ = 0.0F; ///< mean over Q's row of s
    std::int32_t prunedAt = -1; ///< steps done when it was last pruned; -1: never
    std::int32_t revivedAt = -1; ///< steps done when it last came back; -1: never
    bool kept = true; ///< in the pattern of the last masking event
};

/// One adapted matrix as a snapshot shows it.
struct ModuleState {
    std::int32_t rank = 0; ///< kept triplets
    std::int32_t lostAtLastEvent = 0; ///< triplets pruned at the last masking event
    std::int32_t backAtLastEvent = 0; ///< triplets revived at it
    float importance = 0.0F; ///< Σ S over its kept triplets
    float lambdaSum = 0.0F; ///< Σ |λ|
    float orthP = 0.0F; ///< ‖PᵀP − I‖_F
    float orthQ = 0.0F; ///< ‖QQᵀ − I‖_F
};

/// All that the views show of one moment of a run. Published as shared_ptr<const RankSnapshot>, never changed.
struct RankSnapshot {
    std::shared_ptr<const ModuleLayout> layout;
    std::int64_t step = 0; ///< optimizer steps done
    std::int64_t budget = 0; ///< b(t) of the last step
    std::int64_t eventStep = -1; ///< steps done at the last masking event; -1: none yet
    float threshold = 0.0F; ///< smallest kept S at that event
    bool hasLambda = false; ///< λ and the errors say something: not before the first step, nor of plain LoRA
    bool hasScores = false; ///< S too, its terms and the threshold: not of a method that keeps its ranks
    std::int64_t nearestStep = -1; ///< λ, S and errors are of this step, the nearest that a replay kept; −1: of its own
    bool hasTriplets = true; ///< false: made from ranks alone, the triplets say nothing
    DeviceMemory memory; ///< when it was taken; a recorded run's files do not have it
    std::vector<ModuleState> modules; ///< in the layout's order
    std::vector<TripletState> triplets; ///< [module × initRank]

    [[nodiscard]] const TripletState* tripletsOf(ModuleIndex module) const
    {
        return triplets.data() + module.at() * static_cast<std::size_t>(layout->initRank);
    }
};

} // namespace spectune
