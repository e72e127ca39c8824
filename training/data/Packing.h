// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/data/Batcher.h"
#include "training/nn/PackedBatch.h"

#include <vector>

namespace spectune {

/// The samples of @p batch end to end on @p device; copied there without waiting, in the order of its current stream.
/// @pre batch.targetCount > 0
[[nodiscard]] PackedBatch packed(const Batch& batch, at::Device device);
/// @param fillsUp whether samples are filled up to a round number of rows, as on CUDA (see PackedBatch), but for those
/// that all have @p fullLength tokens to predict:
/// what data.max_length leaves of longer ones, a form that comes again by itself
[[nodiscard]] PackedBatch packed(const Batch& batch, at::Device device, bool fillsUp, std::int64_t fullLength);

/// A batch as an optimizer step takes it: cut into micro-batches, and each of those into what one worker takes. Parts
/// without a loss are left out.
struct PreparedBatch {
    std::int64_t targetCount = 0; ///< of the whole step
    std::int64_t longest = 0; ///< tokens of a sample at most
    std::vector<std::vector<PackedBatch>> micros;
    DataPosition after; ///< where the data stand once this batch is trained
};

struct BatchShares {
    std::int64_t microBatchSize = 0; ///< samples; 0: all at once
    std::size_t workers = 1; ///< that share a micro-batch
};

/// @param maxLength data.max_length
[[nodiscard]] PreparedBatch prepared(const Batch& batch, BatchShares shares, std::int64_t maxLength, at::Device device);

} // namespace spectune
