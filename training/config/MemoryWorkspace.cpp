// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/config/MemoryWorkspace.h"

#include "training/config/StepShares.h"

#include <algorithm>

namespace spectune::memory {

namespace {

/// What an optimizer step makes and drops while the activations' buffers stay: M − I of every P and Q.
Bytes stepTemporaries(const Plan& plan)
{
    const std::int64_t largest = plan.largestRank();
    return hasLambda(plan.config.method) ? 2 * plan.modules * largest * largest * plan.wide : 0;
}

/// Of one worker, as attentionScratch() in cuda/AttentionCpu.cpp; CUDA's kernels have none to speak of.
Bytes attentionScratch(const Plan& plan)
{
    if (plan.cuda)
        return 0;
    const std::int64_t tokens = roundedUp(plan.length, 16);
    const std::int64_t dim = roundedUp(plan.shape.headDim, 16);
    return (5 * tokens * dim + 16 * (3 * dim + 2 * tokens)) * plan.wide;
}

/// An evaluation's forward keeps what attention gave alone, but each worker runs a batch of its own: the feed-forward
/// half of a block, whose gate, its silu, up and their product are there at once. Where the base is in half precision
/// the triplets' part of up comes in float32 beside it.
Bytes evaluationTemporaries(const Plan& plan)
{
    if (plan.config.data.evalPath.empty())
        return 0;
    const ModelShape& shape = plan.shape;
    const std::int64_t batches = plan.cuda ? 1 : plan.cores;
    Bytes row = (4 * shape.feedForward + 4 * shape.width + shape.heads * shape.headDim) * plan.element
        + shape.heads * plan.wide;
    if (plan.element == 2)
        row += (shape.feedForward + shape.width) * plan.wide;
    return batches * (plan.rows() * row + attentionScratch(plan));
}

/// Whether a block's gated product goes back together with the gradients of its factors, as gatedBackwardWithFactors()
/// in nn/GatedBackward.cpp decides it.
bool fusesGatedBackward(const Plan& plan, std::int64_t layer)
{
    constexpr std::int64_t mostRank = 16;
    const bool masksDown = plan.config.adalora.dropout > 0.0 && plan.isAdapted(layer, DownProjection);
    if (!plan.cuda || plan.element != 2 || plan.isSmallBatch() || plan.shape.feedForward % 8 != 0 || masksDown)
        return false;
    bool some = false;
    for (const std::size_t matrix : {Gate, Up, DownProjection}) {
        some = some || plan.isAdapted(layer, matrix);
        if (plan.asMultiplied(plan.rankOf(layer, matrix)) > mostRank)
            return false;
    }
    return some;
}

Bytes gatedScratchOf(const Plan& plan)
{
    for (std::int64_t layer = 0; layer < plan.shape.layers; ++layer) { // one for all blocks
        if (fusesGatedBackward(plan, layer))
            return gatedBackwardScratch(plan.rows(), plan.shape.feedForward);
    }
    return 0;
}

/// Of the place where norms come that are not kept.
std::int64_t columnsOfNorms(const Plan& plan)
{
    std::int64_t columns = 0;
    for (const std::size_t set : {Qkv, GateUp}) {
        if (!plan.keepsNormOf(set))
            columns = std::max(columns, stride(plan.shape.width, plan.mostRowsOf(set), plan.element));
    }
    return columns;
}

/// What a block's pass makes and drops. @param rows of one worker
Bytes passTemporaries(const Plan& plan, std::int64_t rows)
{
    const ModelShape& shape = plan.shape;
    const std::int64_t queries = shape.heads * shape.headDim;
    const std::int64_t widest = std::max({shape.width, queries, shape.feedForward});
    if (plan.cuda && plan.element == 2 && shape.headDim % 8 == 0)
        return std::max(gatedScratchOf(plan), flashBackward(shape, plan.samples, rows));
    if (plan.cuda) // of each query and head a sum, as AttentionArgs::scratch
        return std::max(gatedScratchOf(plan), rows * shape.heads * plan.wide);
    if (plan.element == 2) // gradients of triplets are summed in float32: copies of a product's two factors
        return rows * (widest + plan.asMultiplied(plan.largestRank())) * plan.wide;
    return 0;
}

} // namespace

Bytes flashBackward(const ModelShape& shape, std::int64_t samples, std::int64_t rows)
{
    // An H100's and an H200's. What a place has is not told; with fewer there are as many copies or less.
    constexpr std::int64_t multiprocessors = 132;
    constexpr std::int64_t spare = 128; // rows of a sample
    constexpr Bytes half = 2;
    constexpr Bytes wide = 4;
    const std::int64_t queries = shape.heads * shape.headDim;
    const std::int64_t keys = shape.kvHeads * shape.headDim;
    const std::int64_t gradients = queries + 2 * keys + (shape.kvHeads != shape.heads ? 2 * queries : 0);
    const std::int64_t blocks = std::max<std::int64_t>(1, samples * shape.heads);
    const std::int64_t copies = (multiprocessors + blocks - 1) / blocks;
    const std::int64_t columns = copies * roundedUp(shape.headDim, shape.headDim <= 128 ? 32 : 64) + 1;
    return rows * gradients * half + (rows + spare * samples) * shape.heads * columns * wide;
}

Bytes chunkOfLogits(const Plan& plan, std::int64_t rows)
{
    const std::int64_t chunk = lossChunkRows(plan.shape.vocabulary, plan.cuda);
    return std::min(chunk, rows) * plan.shape.vocabulary * plan.element;
}

Bytes workspace(const Plan& plan)
{
    const ModelShape& shape = plan.shape;
    const std::int64_t queries = shape.heads * shape.headDim;
    const std::int64_t keys = shape.kvHeads * shape.headDim;
    const auto with
        = [&plan](std::int64_t columns, std::int64_t spare) { return stride(columns, spare, plan.element); };
    // BlockWorkspace, and the gradient of the last block's output in TrainingPass
    std::int64_t columns = shape.width + with(shape.width, std::max(plan.mostRowsOf(O), plan.mostRowsOf(Down)));
    const std::int64_t dQkv = with(queries + 2 * keys, plan.mostRowsOf(Qkv));
    if (plan.config.adalora.dropout > 0.0) // a masked input
        columns += std::max({shape.width, queries, shape.feedForward});
    // Else in the place of the gate's gradient, where it has room.
    const std::int64_t line = 128 / plan.element;
    if (plan.isSmallBatch()
        || roundedUp(queries + 2 * keys + plan.mostRowsOf(Qkv), line)
            > with(2 * shape.feedForward, plan.mostRowsOf(GateUp)))
        columns += dQkv;
    std::int64_t row = columns * plan.element;
    row += 2 * plan.wide + 56; // 1/rms, losses; tokens, targets and positions of this batch and of the next
    if (plan.config.data.format != DataFormat::Text) // rows that bear loss are gathered
        row += shape.width * plan.element + 8;
    Bytes sum = row * plan.rows();
    Bytes passing = 0;
    const Bytes hidden
        = std::max({with(shape.feedForward, plan.mostRowsOf(Down)), queries, columnsOfNorms(plan)}) * plan.element;
    for (const std::int64_t share : plan.shares) {
        const std::int64_t rows = share * plan.length;
        passing += passTemporaries(plan, rows);
        sum += std::max<Bytes>(0, hidden * rows - chunkOfLogits(plan, rows)); // the logits lie there as well
    }
    sum += static_cast<std::int64_t>(plan.shares.size()) * attentionScratch(plan);
    if (plan.cuda) {
        constexpr Bytes cublas = Bytes {96} << 20; // 32 MiB for each of three streams, from the same allocator
        sum += cublas;
    }
    // A recorded step points to the rotary tables, which are made whole for it.
    const std::int64_t positions = plan.cuda ? shape.maxPositions : std::max<std::int64_t>(64, plan.length);
    sum += 2 * positions * shape.headDim * plan.element;
    return sum + std::max({passing, stepTemporaries(plan), evaluationTemporaries(plan)});
}

} // namespace spectune::memory
