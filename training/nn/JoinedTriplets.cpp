// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/JoinedTriplets.h"

#include "training/nn/FusedOps.h"
#include "training/nn/KernelTypes.h"
#include "training/nn/LoopParts.h"

#include <ATen/ATen.h>
#include <ATen/record_function.h>

#include <algorithm>

namespace spectune {

std::int64_t joinedRank(std::int64_t rank, const at::TensorOptions& options)
{
    constexpr std::int64_t unit = 8;
    const bool rounds = options.device().is_cuda() && options.dtype() == at::kBFloat16;
    return rounds ? (rank + unit - 1) / unit * unit : rank;
}

JoinedTriplets::JoinedTriplets(DecoderModel& model, const ModuleLayout& layout, TripletArena& arena, bool trainsLambda)
    : m_arena(arena)
    , m_trainsLambda(trainsLambda)
    , m_type(model.options().dtype().toScalarType())
{
    for (std::size_t begin = 0; begin < layout.modules.size();) {
        const std::int32_t count = modulesOfInput(layout, begin);
        add(model, layout, static_cast<std::int32_t>(begin), count);
        begin += static_cast<std::size_t>(count);
    }
    makeFactors();
}

void JoinedTriplets::add(DecoderModel& model, const ModuleLayout& layout, std::int32_t first, std::int32_t count)
{
    const ModuleInfo& leader = layout.modules[static_cast<std::size_t>(first)];
    const InputSet set = inputSetOf(matrixOf(leader));
    const auto layer = static_cast<std::int64_t>(leader.layer.at());
    const auto matrices = matricesOf(set);
    const SharedLinear& base = model.block(layer).shared[static_cast<std::size_t>(set)];
    Shared shared {.slot = leader.layer.at() * inputSets.size() + static_cast<std::size_t>(set),
        .triplets = {},
        .modules = {},
        .rows = 0,
        .qSums = m_sums,
        .productSums = 0};
    for (std::int32_t i = first; i < first + count; ++i) {
        if (m_arena.order.rank({i}) == 0)
            continue;
        const ModuleInfo& module = layout.modules[static_cast<std::size_t>(i)];
        const auto position = std::find(matrices.begin(), matrices.end(), matrixOf(module)) - matrices.begin();
        const std::int64_t rank = joinedRank(m_arena.order.rank({i}), model.options());
        shared.triplets.members.push_back({.row = shared.rows,
            .rank = rank,
            .begin = base.begins[static_cast<std::size_t>(position)],
            .out = module.outFeatures});
        shared.modules.push_back({i});
        shared.rows += rank;
    }
    if (shared.rows == 0)
        return;
    shared.productSums = shared.qSums + shared.rows * leader.inFeatures;
    m_sums = shared.productSums + shared.rows * base.weight.size(0);
    shared.triplets.joined = model.joined(layer, set, shared.rows);
    m_shared.push_back(std::move(shared));
}

void JoinedTriplets::makeFactors()
{
    std::vector<kernels::JoinedFactor> factors;
    const at::Tensor& values = m_arena.values;
    for (const Shared& shared : m_shared) {
        const at::Tensor& joined = shared.triplets.joined;
        const std::int64_t out = joined.size(0) - shared.rows;
        const std::int64_t in = joined.size(1) - shared.rows;
        for (std::size_t i = 0; i < shared.triplets.members.size(); ++i) {
            const SharedTriplets::Member& member = shared.triplets.members[i];
            const ModuleIndex module = shared.modules[i];
            const at::Tensor q = m_arena.order.q(values, module);
            const at::Tensor pT = m_arena.order.pT(values, module);
            factors.push_back({.values = q.storage_offset(),
                .lambda = -1,
                .rank = q.size(0),
                .joinedRank = member.rank,
                .width = in,
                .joined = joined.select(0, out + member.row).data_ptr(),
                .stride = joined.stride(0),
                .sums = shared.qSums + member.row * in,
                .sumsStride = in});
            factors.push_back({.values = pT.storage_offset(),
                .lambda = m_arena.order.lambda(values, module).storage_offset(),
                .rank = pT.size(0),
                .joinedRank = member.rank,
                .width = member.out,
                .joined = joined.select(0, member.begin).narrow(0, in + member.row, 1).data_ptr(),
                .stride = joined.stride(0),
                .sums = shared.productSums + member.row * out + member.begin,
                .sumsStride = out});
            m_mostRows = std::max(m_mostRows, q.size(0));
            m_widest = std::max({m_widest, in, member.out});
        }
    }
    m_count = static_cast<std::int64_t>(factors.size());
    m_factors = tableOn(values.device(), factors);
}

at::Tensor JoinedTriplets::makeSums() const
{
    return at::zeros({m_sums}, m_arena.values.options());
}

AdapterSet JoinedTriplets::adaptersInto(const at::Tensor& sums) const
{
    AdapterSet set {.modules = m_arena.adapters.modules, .shared = {}};
    set.shared.resize(set.modules.size() / matrixNames.size() * inputSets.size());
    for (const Shared& shared : m_shared) {
        SharedTriplets triplets = shared.triplets;
        const std::int64_t out = triplets.joined.size(0) - shared.rows;
        const std::int64_t in = triplets.joined.size(1) - shared.rows;
        triplets.qGrad = sums.narrow(0, shared.qSums, shared.rows * in).view({shared.rows, in});
        triplets.productGrad = sums.narrow(0, shared.productSums, shared.rows * out).view({shared.rows, out});
        set.shared[shared.slot] = std::move(triplets);
    }
    return set;
}

void JoinedTriplets::refresh()
{
    RECORD_FUNCTION("spectune::join", {});
    const at::Tensor& values = m_arena.values;
    forParts(values.device(), m_arena.workers, m_count, 1, [&](std::int64_t begin, std::int64_t end) {
        ops::withElementType(m_type, [&]<typename T>(T*) {
            const kernels::JoinArgs<T> args {.factors = ops::pointerOf<const kernels::JoinedFactor>(m_factors) + begin,
                .count = end - begin,
                .widest = m_widest,
                .values = ops::pointerOf<const kernels::Wide<T>>(values),
                .scale = m_arena.scale};
            ops::tableFor<T>(values.device()).join(args, ops::currentStream(values.device()));
        });
    });
}

void JoinedTriplets::collect(std::span<const at::Tensor> sums)
{
    RECORD_FUNCTION("spectune::collect", {});
    const at::Tensor& values = m_arena.values;
    const at::Tensor& total = sums.front();
    constexpr std::int64_t least = 16384; // elements; for fewer no worker is woken
    forParts(values.device(), m_arena.workers, m_sums, least, [&](std::int64_t begin, std::int64_t end) {
        at::Tensor part = total.narrow(0, begin, end - begin);
        for (const at::Tensor& further : sums.subspan(1))
            part.add_(further.narrow(0, begin, end - begin));
    });
    forParts(values.device(), m_arena.workers, m_count, 1, [&](std::int64_t begin, std::int64_t end) {
        ops::withElementType(m_type, [&]<typename T>(T*) {
            using A = kernels::Wide<T>;
            const kernels::CollectArgs<A> args {
                .factors = ops::pointerOf<const kernels::JoinedFactor>(m_factors) + begin,
                .count = end - begin,
                .mostRows = m_mostRows,
                .values = ops::pointerOf<const A>(values),
                .sums = ops::pointerOf<const A>(total),
                .gradients = ops::pointerOf<A>(m_arena.gradients),
                .scale = m_arena.scale,
                .trainsLambda = m_trainsLambda};
            ops::tableFor<T>(values.device()).collect(args, ops::currentStream(values.device()));
        });
    });
    forParts(values.device(), m_arena.workers, m_sums, least, [&](std::int64_t begin, std::int64_t end) {
        for (const at::Tensor& buffer : sums)
            buffer.narrow(0, begin, end - begin).zero_();
    });
}

} // namespace spectune
