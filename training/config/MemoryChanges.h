// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/FieldTable.h"
#include "training/config/MemoryEstimate.h"

#include <string>
#include <utility>
#include <vector>

namespace spectune {

/// One way to need less memory: values of fields, and what the run would need with them.
struct MemoryChange {
    enum class Kind { MicroBatch, Recompute, MicroBatchAndRecompute, BFloat16, MaxLength, AttentionOnly, Rank };

    Kind kind = Kind::MicroBatch;
    std::vector<std::pair<std::string, FieldValue>> values; ///< key and value, in the order in which they are to be set
    std::int64_t number = 0; ///< samples, tokens or rank; 0: the kind says all
    MemoryEstimate estimate;
    bool fits = false;
    bool sameSteps = false; ///< every step stays what it is but for rounding; else data, precision or adapter change
};

/// The run with the changes of @p change.
[[nodiscard]] RunConfig withChange(RunConfig config, const MemoryChange& change);

/// What would bring @p config below @p limit bytes, each with the mildest value that does (the strongest, where none
/// does): first what fits and leaves the steps alone, then what fits, then the rest, least need first. Changes that
/// save less than 2 % are left out.
[[nodiscard]] std::vector<MemoryChange> memoryChanges(const ModelShape& shape, const RunConfig& config,
    const RunFacts& facts, const MemoryPlace& place, std::int64_t limit);

/// The estimate of a configuration as it stands.
[[nodiscard]] MemoryEstimate estimateOf(
    const ModelShape& shape, const RunConfig& config, const RunFacts& facts, const MemoryPlace& place);

} // namespace spectune
