// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/config/MemoryPlan.h"

#include "training/config/StepShares.h"
#include "training/config/TargetSelection.h"

#include <algorithm>
#include <numeric>

namespace spectune::memory {

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

std::int64_t stride(std::int64_t columns, std::int64_t spare, Bytes element)
{
    return spare > 0 ? roundedUp(columns + spare, 128 / element) : columns;
}

Plan::Plan(
    const ModelShape& model, const RunConfig& configuration, const ResolvedRun& resolved, const MemoryPlace& place)
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
    workers = cuda ? 1 : workersFor(cores, samples);
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

std::int64_t Plan::initialRank(std::int64_t layer, const std::string& kind) const
{
    return usesRankMap(config) ? initialRankOf(config, run, matrixPath(layer, kind)) : run.initRank;
}

std::int64_t Plan::rankOf(std::int64_t layer, std::size_t matrix) const
{
    return ranks[static_cast<std::size_t>(layer) * 7 + matrix];
}

std::int64_t Plan::largestRank() const
{
    return ranks.empty() ? 0 : *std::max_element(ranks.begin(), ranks.end());
}

std::int64_t Plan::triplets() const
{
    return std::accumulate(ranks.begin(), ranks.end(), std::int64_t {0});
}

std::int64_t Plan::asMultiplied(std::int64_t rank) const
{
    return cuda && element == 2 ? roundedUp(rank, 8) : rank;
}

std::int64_t Plan::lowest() const
{
    const auto found = std::find_if(ranks.begin(), ranks.end(), [](std::int64_t rank) { return rank > 0; });
    return (found - ranks.begin()) / 7;
}

std::int64_t Plan::arena() const
{
    std::int64_t elements = 0;
    const auto matrices = matricesOf(shape);
    for (std::size_t i = 0; i < ranks.size(); ++i)
        elements += ranks[i] * (matrices[i % 7].in + matrices[i % 7].out + 1);
    return elements;
}

std::array<InputSet, SetCount> Plan::sets() const
{
    std::array<InputSet, SetCount> sets {};
    for (const Matrix& matrix : matricesOf(shape)) {
        sets[matrix.set].in = matrix.in;
        sets[matrix.set].out += matrix.out;
        ++sets[matrix.set].matrices;
    }
    return sets;
}

std::int64_t Plan::rowsOf(std::int64_t layer, std::size_t set) const
{
    std::int64_t rows = 0;
    for (std::size_t i = 0; const Matrix& matrix : matricesOf(shape)) {
        const std::int64_t rank = rankOf(layer, i++);
        rows += matrix.set == set ? asMultiplied(rank) : 0;
    }
    return rows;
}

std::int64_t Plan::membersOf(std::int64_t layer, std::size_t set) const
{
    std::int64_t members = 0;
    for (std::size_t i = 0; const Matrix& matrix : matricesOf(shape))
        members += isAdapted(layer, i++) && matrix.set == set ? 1 : 0;
    return members;
}

std::int64_t Plan::mostRowsOf(std::size_t set) const
{
    std::int64_t most = 0;
    for (std::int64_t layer = 0; layer < shape.layers; ++layer)
        most = std::max(most, rowsOf(layer, set));
    return most;
}

bool Plan::keepsNormOf(std::size_t set) const
{
    if (config.adalora.dropout > 0.0 || !cuda || isSmallBatch())
        return true;
    return config.train.gradientCheckpointing && set == GateUp;
}

std::int64_t Plan::joined() const
{
    std::int64_t elements = 0;
    for (const InputSet& set : sets()) {
        const std::int64_t spare = set.matrices * asMultiplied(run.initRank);
        elements += (set.out + spare) * stride(set.in, spare, element) - set.out * set.in;
    }
    return elements * shape.layers;
}

std::int64_t Plan::sums() const
{
    std::int64_t elements = 0;
    for (std::int64_t layer = 0; layer < shape.layers; ++layer) {
        for (std::size_t i = 0; const InputSet& set : sets())
            elements += rowsOf(layer, i++) * (set.in + set.out);
    }
    return elements;
}

std::int64_t Plan::maskedWidth(std::int64_t layer) const
{
    std::int64_t sum = 0;
    for (std::size_t i = 0; const Matrix& matrix : matricesOf(shape))
        sum += isAdapted(layer, i++) ? matrix.in : 0;
    return sum;
}

} // namespace spectune::memory
