// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/monitor/RankSnapshot.h"

#include <QString>

#include <cstdint>

namespace spectune {

/// What an export will be, as far as ranks and base model tell: sizes are of the tensors, adapters in float32.
struct ExportFacts {
    std::int64_t triplets = 0; ///< kept
    std::int64_t modules = 0; ///< with a rank above 0
    std::int64_t zeroModules = 0;
    std::int64_t smallestRank = 0; ///< above 0
    std::int64_t largestRank = 0;
    std::int64_t exactBytes = 0; ///< with true ranks; 0: the matrices' sizes are not known
    std::int64_t paddedBytes = 0;
    std::int64_t modelBytes = 0; ///< of the base's weights; 0: not known
    std::int64_t modelParameters = 0;
    QString modelType; ///< "bfloat16"; empty: not known
    bool mergesAsFloat32 = false; ///< chosen by the user where the base is stored in 16 bits

    [[nodiscard]] static ExportFacts of(const RankSnapshot& snapshot);
    /// The rank that vLLM must be told: the next of 8, 16, 32, 64, 128, 256, 320, 512; 0 above them.
    [[nodiscard]] std::int64_t vllmMaxRank() const;
    /// Of what @p format will write; 0: not known before.
    [[nodiscard]] std::int64_t expectedBytes(const QString& format) const;
    /// "float32" where that is chosen, else the base's.
    [[nodiscard]] QString mergedType() const;
    /// Stored in fewer bits than float32, so that rounding W0 + ΔW costs something.
    [[nodiscard]] bool hasHalfBase() const;
};

} // namespace spectune
