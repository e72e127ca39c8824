// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/config/MemoryEstimate.h"

#include "training/config/TargetSelection.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace spectune {

namespace {

using Bytes = std::int64_t;

struct Matrix {
    const char* kind;
    std::size_t set; ///< of those that read one input: q k v, o, gate up, down
    std::int64_t in;
    std::int64_t out;
};

std::array<Matrix, 7> matricesOf(const ModelShape& shape)
{
    const std::int64_t queries = shape.heads * shape.headDim;
    const std::int64_t keys = shape.kvHeads * shape.headDim;
    return {{{"q_proj", 0, shape.width, queries}, {"k_proj", 0, shape.width, keys}, {"v_proj", 0, shape.width, keys},
        {"o_proj", 1, queries, shape.width}, {"gate_proj", 2, shape.width, shape.feedForward},
        {"up_proj", 2, shape.width, shape.feedForward}, {"down_proj", 3, shape.feedForward, shape.width}}};
}

Bytes bytesOf(ElementType type)
{
    return type == ElementType::Float64 ? 8 : type == ElementType::BFloat16 ? 2 : 4;
}

std::int64_t roundedUp(std::int64_t value, std::int64_t unit)
{
    return (value + unit - 1) / unit * unit;
}

/// Columns between the begins of two rows, as rowStride() in nn/Buffer.cpp: with spare ones on whole cache lines.
std::int64_t stride(std::int64_t columns, std::int64_t spare, Bytes element)
{
    return spare > 0 ? roundedUp(columns + spare, 128 / element) : columns;
}

/// The matrices of a block that read one input.
struct InputSet {
    std::int64_t in = 0;
    std::int64_t out = 0; ///< of all of them
    std::int64_t matrices = 0;
};
enum Sets : std::size_t { Qkv, O, GateUp, Down, SetCount };

/// What the parts below are computed from.
struct Plan {
    const ModelShape& shape;
    const RunConfig& config;
    const ResolvedRun& run;
    bool cuda;
    Bytes element; ///< of the base's type
    Bytes wide; ///< of sums and triplets
    std::int64_t length; ///< rows of a sample: its last token is no input
    std::int64_t samples; ///< of a forward
    std::vector<std::int64_t> shares; ///< samples of each worker's part; the rest of the workers have none
    std::int64_t workers;
    std::int64_t cores;
    std::vector<std::int64_t> ranks; ///< [layers · 7], of the triplets at the start; 0: not adapted
    std::int64_t modules; ///< chosen matrices, those with the rank 0 among them

    Plan(const ModelShape& model, const RunConfig& configuration, const ResolvedRun& resolved, const MemoryPlace& place)
        : shape(model)
        , config(configuration)
        , run(resolved)
        , cuda(place.cuda)
        , element(bytesOf(configuration.train.dtype))
        , wide(configuration.train.dtype == ElementType::Float64 ? 8 : 4)
        , length(std::max<std::int64_t>(1, std::min(configuration.data.maxLength, model.maxPositions) - 1))
    {
        const TrainConfig& train = config.train;
        samples = std::max<std::int64_t>(1, samplesOfForward(train));
        cores = std::max<std::int64_t>(1, train.threads > 0 ? train.threads : place.cores);
        workers = cuda ? 1 : std::min(cores, samples);
        const std::int64_t share = (samples + workers - 1) / workers;
        for (std::int64_t left = samples; left > 0; left -= share)
            shares.push_back(std::min(share, left));
        std::vector<std::string> kinds;
        for (const Matrix& matrix : matricesOf(shape))
            kinds.emplace_back(matrix.kind);
        const std::vector<bool> chosen = TargetSelection::of(config.adalora).ticks(kinds, shape.layers);
        modules = std::count(chosen.begin(), chosen.end(), true);
        for (std::size_t i = 0; i < chosen.size(); ++i)
            ranks.push_back(chosen[i] ? initialRank(static_cast<std::int64_t>(i / 7), kinds[i % 7]) : 0);
    }

    [[nodiscard]] std::int64_t initialRank(std::int64_t layer, const std::string& kind) const
    {
        return usesRankMap(config) ? initialRankOf(config, run, matrixPath(layer, kind)) : run.initRank;
    }
    [[nodiscard]] std::int64_t rankOf(std::int64_t layer, std::size_t matrix) const
    {
        return ranks[static_cast<std::size_t>(layer) * 7 + matrix];
    }
    [[nodiscard]] bool isAdapted(std::int64_t layer, std::size_t matrix) const { return rankOf(layer, matrix) > 0; }
    [[nodiscard]] std::int64_t largestRank() const
    {
        return ranks.empty() ? 0 : *std::max_element(ranks.begin(), ranks.end());
    }
    [[nodiscard]] std::int64_t triplets() const
    {
        return std::accumulate(ranks.begin(), ranks.end(), std::int64_t {0});
    }
    /// Triplets of a matrix as multiplied: bfloat16 on CUDA wants rows that begin on 16 bytes.
    [[nodiscard]] std::int64_t asMultiplied(std::int64_t rank) const
    {
        return cuda && element == 2 ? roundedUp(rank, 8) : rank;
    }
    [[nodiscard]] std::int64_t rows() const { return samples * length; }
    /// First block with triplets; all blocks: none has.
    [[nodiscard]] std::int64_t lowest() const
    {
        const auto found = std::find_if(ranks.begin(), ranks.end(), [](std::int64_t rank) { return rank > 0; });
        return (found - ranks.begin()) / 7;
    }
    /// Elements of the flat buffer of all P, Q and λ.
    [[nodiscard]] std::int64_t arena() const
    {
        std::int64_t elements = 0;
        const auto matrices = matricesOf(shape);
        for (std::size_t i = 0; i < ranks.size(); ++i)
            elements += ranks[i] * (matrices[i % 7].in + matrices[i % 7].out + 1);
        return elements;
    }
    [[nodiscard]] std::array<InputSet, SetCount> sets() const
    {
        std::array<InputSet, SetCount> sets {};
        for (const Matrix& matrix : matricesOf(shape)) {
            sets[matrix.set].in = matrix.in;
            sets[matrix.set].out += matrix.out;
            ++sets[matrix.set].matrices;
        }
        return sets;
    }
    /// R, the triplets' rows of a block's input as they are multiplied with.
    [[nodiscard]] std::int64_t rowsOf(std::int64_t layer, std::size_t set) const
    {
        std::int64_t rows = 0;
        for (std::size_t i = 0; const Matrix& matrix : matricesOf(shape)) {
            const std::int64_t rank = rankOf(layer, i++);
            rows += matrix.set == set ? asMultiplied(rank) : 0;
        }
        return rows;
    }
    /// Adapted matrices that read one input.
    [[nodiscard]] std::int64_t membersOf(std::int64_t layer, std::size_t set) const
    {
        std::int64_t members = 0;
        for (std::size_t i = 0; const Matrix& matrix : matricesOf(shape))
            members += isAdapted(layer, i++) && matrix.set == set ? 1 : 0;
        return members;
    }
    [[nodiscard]] std::int64_t mostRowsOf(std::size_t set) const
    {
        std::int64_t most = 0;
        for (std::int64_t layer = 0; layer < shape.layers; ++layer)
            most = std::max(most, rowsOf(layer, set));
        return most;
    }
    /// Whether every norm has triplets behind it, which keep it.
    [[nodiscard]] bool keepsEveryNorm() const
    {
        for (std::int64_t layer = 0; layer < shape.layers; ++layer) {
            if (rowsOf(layer, Qkv) == 0 || rowsOf(layer, GateUp) == 0)
                return false;
        }
        return true;
    }
    /// Elements beside and below the weights, where triplets are joined to them: room for every matrix, adapted or not, with
    /// the largest rank.
    [[nodiscard]] std::int64_t joined() const
    {
        std::int64_t elements = 0;
        for (const InputSet& set : sets()) {
            const std::int64_t spare = set.matrices * asMultiplied(run.initRank);
            elements += (set.out + spare) * stride(set.in, spare, element) - set.out * set.in;
        }
        return elements * shape.layers;
    }
    /// Elements of what one worker's backward adds up.
    [[nodiscard]] std::int64_t sums() const
    {
        std::int64_t elements = 0;
        for (std::int64_t layer = 0; layer < shape.layers; ++layer) {
            for (std::size_t i = 0; const InputSet& set : sets())
                elements += rowsOf(layer, i++) * (set.in + set.out);
        }
        return elements;
    }
    /// The inputs' widths of a block's adapted matrices, which dropout masks one by one.
    [[nodiscard]] std::int64_t maskedWidth(std::int64_t layer) const
    {
        std::int64_t sum = 0;
        for (std::size_t i = 0; const Matrix& matrix : matricesOf(shape))
            sum += isAdapted(layer, i++) ? matrix.in : 0;
        return sum;
    }
};

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
        kept += followsNorm && rows > 0 ? stride(shape.width, rows, plan.element) : 0;
        kept += followsNorm && together ? 0 : rows; // x Qᵀ in a buffer of its own
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
    if (lowest > 0) { // blocks that keep nothing share one set
        Bytes shared = 0;
        for (std::int64_t layer = 0; layer < std::min(lowest, layers); ++layer)
            shared = std::max(shared, blockBytes(plan, layer));
        row += shared;
    }
    return row * plan.rows();
}

/// A chunk's, one for each worker; as chunkRows() in nn/CrossEntropy.cpp.
Bytes logits(const Plan& plan)
{
    const std::int64_t most = plan.cuda ? std::int64_t {1} << 27 : std::int64_t {1} << 18;
    const std::int64_t chunk = std::max<std::int64_t>(256, most / std::max<std::int64_t>(1, plan.shape.vocabulary));
    Bytes sum = 0;
    for (const std::int64_t share : plan.shares)
        sum += std::min(chunk, share * plan.length) * plan.shape.vocabulary * plan.element;
    return sum;
}

/// What an optimizer step makes and drops while the activations' buffers stay: M − I of every P and Q.
Bytes stepTemporaries(const Plan& plan)
{
    const std::int64_t largest = plan.largestRank();
    return hasLambda(plan.config.method) ? 2 * plan.modules * largest * largest * plan.wide : 0;
}

/// An evaluation's forward keeps nothing, but each worker runs a batch of its own: the feed-forward half of a block, whose
/// gate, its silu, up and their product are there at once. Where the base is in half precision the triplets' part of up comes
/// in float32 beside it.
Bytes evaluationTemporaries(const Plan& plan)
{
    if (plan.config.data.evalPath.empty())
        return 0;
    const ModelShape& shape = plan.shape;
    const std::int64_t batches = plan.cuda ? 1 : plan.cores;
    Bytes row = (4 * shape.feedForward + 4 * shape.width) * plan.element;
    if (plan.element == 2)
        row += (shape.feedForward + shape.width) * plan.wide;
    return batches * plan.rows() * row;
}

/// What a block's pass makes and drops. @param rows of one worker
Bytes passTemporaries(const Plan& plan, std::int64_t rows)
{
    const ModelShape& shape = plan.shape;
    const std::int64_t queries = shape.heads * shape.headDim;
    const std::int64_t widest = std::max({shape.width, queries, shape.feedForward});
    if (plan.cuda && plan.element == 2) // the gradients of q, k and v, and the kernel's sums for q
        return rows * ((queries + 2 * shape.kvHeads * shape.headDim) * plan.element + queries * plan.wide);
    if (plan.cuda) // one sample's probabilities, keys that a query does not see, and their gradients; key heads repeated
        return plan.length * (4 * shape.heads * plan.length + 8 * queries) * plan.wide;
    if (plan.element == 2) // gradients of triplets are summed in float32: copies of a product's two factors
        return rows * (widest + plan.asMultiplied(plan.largestRank())) * plan.wide;
    return plan.config.adalora.dropout > 0.0 ? 2 * rows * widest * plan.element : 0; // masked inputs
}

Bytes workspace(const Plan& plan)
{
    const ModelShape& shape = plan.shape;
    const std::int64_t queries = shape.heads * shape.headDim;
    const std::int64_t keys = shape.kvHeads * shape.headDim;
    const auto with
        = [&plan](std::int64_t columns, std::int64_t spare) { return stride(columns, spare, plan.element); };
    // BlockWorkspace, and the norm, its gradient and that of the last block's output in TrainingPass
    std::int64_t columns = plan.keepsEveryNorm() ? 0 : shape.width;
    columns
        += with(shape.feedForward, plan.mostRowsOf(Down)) + with(queries + 2 * keys, plan.mostRowsOf(Qkv)) + queries;
    columns += 3 * shape.width + with(shape.width, std::max(plan.mostRowsOf(O), plan.mostRowsOf(Down)));
    std::int64_t row = columns * plan.element;
    row += 2 * plan.wide + 56; // 1/rms, losses; tokens, targets and positions of this batch and of the next
    if (plan.config.data.format != DataFormat::Text) // rows that bear loss are gathered, their gradient is put back
        row += 2 * shape.width * plan.element + 8;
    Bytes sum = row * plan.rows();
    Bytes passing = 0;
    for (const std::int64_t share : plan.shares)
        passing += passTemporaries(plan, share * plan.length);
    if (!plan.cuda) { // as attentionScratch() in cuda/AttentionCpu.cpp
        const std::int64_t tokens = roundedUp(plan.length, 16);
        const std::int64_t dim = roundedUp(shape.headDim, 16);
        sum += static_cast<std::int64_t>(plan.shares.size()) * (5 * tokens * dim + 16 * (3 * dim + 2 * tokens))
            * plan.wide;
    } else {
        constexpr Bytes cublas = Bytes {96} << 20; // 32 MiB for each of three streams, from the same allocator
        sum += cublas;
    }
    // A recorded step points to the rotary tables, which are made whole for it.
    const std::int64_t positions
        = plan.cuda && plan.element == 2 ? shape.maxPositions : std::max<std::int64_t>(64, plan.length);
    sum += 2 * positions * shape.headDim * plan.element;
    return sum + std::max({passing, stepTemporaries(plan), evaluationTemporaries(plan)});
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
    const double most
        = bytes * size * ((real(shape.layers) + workers) * (size + rows) + length * length + real(shape.maxPositions));
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
