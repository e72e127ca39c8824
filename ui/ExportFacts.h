// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/monitor/RankSnapshot.h"

#include <cstdint>

namespace spectune {

/// What an export will be, as far as the ranks tell: sizes are of the tensors in float32.
struct ExportFacts {
    std::int64_t triplets = 0; ///< kept
    std::int64_t modules = 0; ///< with a rank above 0
    std::int64_t zeroModules = 0;
    std::int64_t smallestRank = 0; ///< above 0
    std::int64_t largestRank = 0;
    std::int64_t exactBytes = 0; ///< with true ranks; 0: the matrices' sizes are not known
    std::int64_t paddedBytes = 0;

    [[nodiscard]] static ExportFacts of(const RankSnapshot& snapshot);
    /// The rank that vLLM must be told: the next of 8, 16, 32, 64, 128, 256, 320, 512.
    [[nodiscard]] std::int64_t vllmMaxRank() const;
};

} // namespace spectune
