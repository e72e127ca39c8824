// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/config/MemoryEstimate.h"

#include "training/config/MemoryPlan.h"
#include "training/config/MemoryWorkspace.h"
#include "training/config/StepShares.h"

#include <algorithm>
#include <numeric>

namespace spectune {

using namespace memory;

namespace {

/// Of one block and row, as BlockActivations keeps it for the backward.
Bytes blockBytes(const Plan& plan, std::int64_t layer)
{
    const ModelShape& shape = plan.shape;
    const std::int64_t queries = shape.heads * shape.headDim;
    const std::int64_t qkv = queries + 2 * shape.kvHeads * shape.headDim;
    const std::int64_t gateUp = stride(2 * shape.feedForward, plan.rowsOf(layer, GateUp), plan.element);
    std::int64_t kept = shape.width + qkv + queries + gateUp;
    for (std::size_t set = 0; set < SetCount; ++set) {
        const std::int64_t rows = plan.rowsOf(layer, set);
        const bool followsNorm = set == Qkv || set == GateUp; // which stays, with room for x Qᵀ beside it
        const bool together = plan.cuda || plan.membersOf(layer, set) == 1;
        const bool keepsNorm = followsNorm && plan.keepsNormOf(set);
        kept += keepsNorm && rows > 0 ? stride(shape.width, rows, plan.element) : 0;
        kept += keepsNorm && together ? 0 : rows; // x Qᵀ in a buffer of its own
    }
    kept += plan.config.adalora.dropout > 0.0 ? plan.maskedWidth(layer) : 0;
    return kept * plan.element + (2 + shape.heads) * plan.wide; // two norms' 1/rms, log Σ exp
}

Bytes activations(const Plan& plan)
{
    const std::int64_t layers = plan.shape.layers;
    const bool recomputes = plan.config.train.gradientCheckpointing;
    const std::int64_t lowest = recomputes ? layers : plan.lowest();
    Bytes row
        = (layers + 1) * plan.shape.width * plan.element; // the residual stream before each block and after the last
    for (std::int64_t layer = lowest; layer < layers; ++layer)
        row += blockBytes(plan, layer);
    for (std::int64_t layer = 1; recomputes && layer < layers; ++layer)
        row += plan.rowsOf(layer, Down) * plan.element; // x Qᵀ of down's input stays
    if (lowest > 0) { // blocks that keep nothing share one set
        Bytes shared = 0;
        for (std::int64_t layer = 0; layer < std::min(lowest, layers); ++layer)
            shared = std::max(shared, blockBytes(plan, layer));
        row += shared;
    }
    return row * plan.rows();
}

/// Of all workers.
Bytes logits(const Plan& plan)
{
    Bytes sum = 0;
    for (const std::int64_t share : plan.shares)
        sum += chunkOfLogits(plan, share * plan.length);
    return sum;
}

/// Bytes of a part whose count would leave 64 bits: more than any computer has, and the sum of all parts is a number.
constexpr Bytes beyondCounting = Bytes {1} << 58;

/// Whether some product below could leave 64 bits, by a bound from above in floating point.
bool isBeyondCounting(
    const ModelShape& shape, const RunConfig& config, const ResolvedRun& run, const MemoryPlace& place)
{
    const auto real = [](std::int64_t value) { return static_cast<double>(std::max<std::int64_t>(1, value)); };
    const double size = real(shape.width) + real(shape.feedForward)
        + (real(shape.heads) + 2.0 * real(shape.kvHeads)) * (real(shape.headDim) + 1.0) + real(shape.vocabulary)
        + 16.0 * (real(run.initRank) + 8.0);
    const double length = real(std::min(config.data.maxLength, shape.maxPositions));
    const double rows = real(config.train.batchSize) * length;
    const double workers = real(std::max(config.train.threads, place.cores));
    constexpr double bytes = 256.0; // of all that is kept for an element of a row
    const double most = bytes * size * ((real(shape.layers) + workers) * (size + rows) + real(shape.maxPositions));
    return most >= 0x1p62;
}

} // namespace

std::int64_t ModelShape::parameters() const noexcept
{
    double bound = 2.0 * static_cast<double>(width) * (1.0 + static_cast<double>(vocabulary));
    for (const Matrix& matrix : matricesOf(*this))
        bound += static_cast<double>(layers)
            * (static_cast<double>(matrix.in) * static_cast<double>(matrix.out) + 2.0 * static_cast<double>(width));
    if (bound >= 0x1p58)
        return beyondCounting;
    std::int64_t block = 2 * width;
    for (const Matrix& matrix : matricesOf(*this))
        block += matrix.in * matrix.out;
    return layers * block + (tiedHead ? 1 : 2) * vocabulary * width + width;
}

std::int64_t MemoryEstimate::tensors() const noexcept
{
    return std::accumulate(parts.begin(), parts.end(), std::int64_t {0});
}

MemoryEstimate MemoryEstimate::of(
    const ModelShape& shape, const RunConfig& config, const ResolvedRun& run, const MemoryPlace& place)
{
    MemoryEstimate estimate;
    if (isBeyondCounting(shape, config, run, place)) {
        estimate.parts.fill(beyondCounting);
        return estimate;
    }
    const Plan plan(shape, config, run, place);
    const Bytes values = plan.arena() * plan.wide;
    const std::int64_t triplets = plan.triplets();
    const std::int64_t places = plan.modules * run.initRank; // of the grid of patterns and scores
    estimate.parts[Weights] = shape.parameters() * plan.element;
    estimate.parts[Activations] = activations(plan);
    estimate.parts[Logits] = logits(plan);
    estimate.parts[Triplets] = values + plan.joined() * plan.element;
    estimate.parts[Gradients] = values + plan.workers * plan.sums() * plan.wide;
    estimate.parts[Moments] = 2 * (values - (hasLambda(config.method) ? 0 : triplets * plan.wide));
    estimate.parts[Averages]
        = 2 * values + triplets * 40 + places * (14 + 4 * plan.wide); // and where each lies, pattern, scores
    estimate.parts[Workspace] = workspace(plan);
    // What a CUDA process holds beside its tensors differs by card and driver; half a GiB is on the safe side of usual.
    constexpr Bytes context = Bytes {512} << 20;
    estimate.beyondTensors = plan.cuda ? context : 0;
    return estimate;
}

} // namespace spectune
