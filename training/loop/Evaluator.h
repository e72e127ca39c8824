// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/StopToken.h"
#include "training/data/Batcher.h"
#include "training/nn/DecoderModel.h"

#include <cstdint>
#include <memory>

namespace spectune {

struct EvaluationResult {
    double loss = 0.0; ///< mean over all loss-bearing tokens of the file
    std::int64_t tokens = 0;
    std::int64_t samples = 0;

    [[nodiscard]] double perplexity() const;
};

/// The mean task loss over a whole data file, in file order; on the CPU several batches at once.
/// @param batchSize samples of a forward at most
/// @param threads as train.threads
/// @param adapters null: the base alone
/// @throws Error (Config) where the file has no loss-bearing token; Stopped
[[nodiscard]] EvaluationResult evaluateLoss(DecoderModel& model, const AdapterSet* adapters,
    const std::shared_ptr<const Dataset>& data, std::int64_t batchSize, std::int64_t threads, const StopToken& stop);

} // namespace spectune
