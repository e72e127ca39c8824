// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/data/Dataset.h"
#include "training/data/Permutation.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace spectune {

/// Samples of equal length by padding on the right, on the CPU.
struct Batch {
    static constexpr std::int64_t ignored = -100; ///< a position that bears no loss

    at::Tensor tokens; ///< [B, S] int64
    at::Tensor targets; ///< [B, S] int64: the id of position j + 1 if that token bears loss, else `ignored`
    std::int64_t targetCount = 0; ///< of targets that are not `ignored`

    [[nodiscard]] std::int64_t samples() const { return tokens.size(0); }
};

/// @pre samples is not empty. @param padId fills tokens; it changes nothing, causal attention never looks at it
[[nodiscard]] Batch collate(const std::vector<Sample>& samples, std::int32_t padId);

/// Parts of at most @p microBatchSize samples (0: one part), each cut to its own longest sample. Σ targetCount stays.
[[nodiscard]] std::vector<Batch> splitMicroBatches(const Batch& batch, std::int64_t microBatchSize);

/// Where the next sample is drawn; all that a checkpoint needs.
struct DataPosition {
    std::int64_t epoch = 0;
    std::int64_t index = 0; ///< entries of this epoch drawn so far (dropped ones too)
};

/// Draws batches in file order, or in a seeded order of its own for each epoch. An epoch's last batch may be smaller.
class Batcher {
public:
    /// @throws Error (Config) where the set has no entries
    Batcher(std::shared_ptr<const Dataset> data, std::int64_t batchSize, bool shuffle, std::uint64_t seed);

    /// The next batch, over the border of an epoch where need be. @throws Error (Io)
    /// @throws Error (Config) where a whole epoch has no loss-bearing token
    [[nodiscard]] Batch next();
    /// The rest of the current epoch: empty at its end (the position is then the next epoch's start).
    [[nodiscard]] std::optional<Batch> nextOfEpoch();

    [[nodiscard]] DataPosition position() const noexcept { return m_position; }
    void seek(DataPosition position);

private:
    std::shared_ptr<const Dataset> m_data;
    std::int64_t m_batchSize = 1;
    bool m_shuffle = false;
    std::uint64_t m_seed = 0;
    std::int32_t m_padId = 0;
    DataPosition m_position;
    std::optional<Permutation> m_order; ///< of the epoch of m_position
};

} // namespace spectune
