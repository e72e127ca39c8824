// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/Evaluator.h"

#include "training/core/Error.h"
#include "training/data/Packing.h"
#include "training/loop/BatchWorkers.h"
#include "training/loop/Device.h"
#include "training/nn/CrossEntropy.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

namespace spectune {

double EvaluationResult::perplexity() const
{
    return std::exp(loss);
}

namespace {

/// Up to @p count further batches of the file; fewer at its end.
std::vector<Batch> nextBatches(Batcher& batcher, std::size_t count)
{
    std::vector<Batch> batches;
    while (batches.size() < count) {
        std::optional<Batch> batch = batcher.nextOfEpoch();
        if (!batch)
            break;
        batches.push_back(std::move(*batch));
    }
    return batches;
}

double batchLoss(DecoderModel& model, const AdapterSet* adapters, const Batch& batch)
{
    const c10::NoGradGuard noGradients;
    const PackedBatch samples = packed(batch, model.options().device(), /*fillsUp=*/false, /*fullLength=*/0);
    at::Tensor hidden = model.forward(samples, adapters);
    if (samples.bearing.defined())
        hidden = hidden.index_select(0, samples.bearing);
    return lossSum(hidden, model.head(), samples.targets).item<double>();
}

} // namespace

EvaluationResult evaluateLoss(DecoderModel& model, const AdapterSet* adapters,
    const std::shared_ptr<const Dataset>& data, std::int64_t batchSize, std::int64_t threads, const StopToken& stop)
{
    // Smaller batches where a file has fewer of them than there are workers to share them: attention has one thread each.
    const at::Device device = model.options().device();
    const auto most = static_cast<std::int64_t>(workerCount(device, threads, data->size()));
    const std::int64_t together = device.is_cpu() ? std::min(batchSize, (data->size() + most - 1) / most) : batchSize;
    Batcher batcher(data, together, /*shuffle=*/false, /*seed=*/0);
    const std::int64_t batches = (data->size() + together - 1) / together;
    BatchWorkers workers(device, threads, batches);
    EvaluationResult result;
    double sum = 0.0;
    bool more = true;
    while (more) {
        stop.throwIfStopped();
        const std::vector<Batch> round = nextBatches(batcher, workers.size());
        more = round.size() == workers.size(); // asked once more, the batcher would begin the file again
        std::vector<double> losses(round.size());
        std::int64_t longest = 0;
        for (const Batch& batch : round)
            longest = std::max(longest, batch.tokens.size(1));
        model.reserve(longest);
        workers.run(round.size(), [&](std::size_t i) { losses[i] = batchLoss(model, adapters, round[i]); });
        for (std::size_t i = 0; i < round.size(); ++i) { // in file order, whichever thread was first
            sum += losses[i];
            result.tokens += round[i].targetCount;
            result.samples += round[i].samples();
        }
    }
    if (result.tokens == 0)
        throw configError("No sample of the evaluation file has a loss-bearing token within data.max_length.");
    result.loss = sum / static_cast<double>(result.tokens);
    return result;
}

} // namespace spectune
