// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/Evaluator.h"

#include "training/core/Error.h"
#include "training/nn/CrossEntropy.h"

#include <ATen/ATen.h>

#include <cmath>
#include <optional>

namespace spectune {

double EvaluationResult::perplexity() const { return std::exp(loss); }

EvaluationResult evaluateLoss(DecoderModel& model, const AdapterSet* adapters,
    const std::shared_ptr<const Dataset>& data, std::int64_t batchSize, const StopToken& stop)
{
    const c10::NoGradGuard noGradients;
    const at::Device device = model.options().device();
    Batcher batcher(data, batchSize, /*shuffle=*/false, /*seed=*/0);
    EvaluationResult result;
    at::Tensor sum = at::zeros({}, at::TensorOptions().dtype(at::kDouble).device(device));
    while (const std::optional<Batch> batch = batcher.nextOfEpoch()) {
        stop.throwIfStopped();
        const at::Tensor hidden = model.forward(batch->tokens.to(device), adapters);
        sum.add_(chunkedCrossEntropy(hidden, model.head(), batch->targets.to(device), 1.0));
        result.tokens += batch->targetCount;
        result.samples += batch->samples();
    }
    if (result.tokens == 0)
        throw configError("No sample of the evaluation file has a loss-bearing token within data.max_length.");
    result.loss = sum.item<double>() / static_cast<double>(result.tokens);
    return result;
}

} // namespace spectune
