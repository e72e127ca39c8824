// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/TripletArena.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>

namespace spectune {

namespace {

Matrix matrixOf(const ModuleLayout& layout, const ModuleInfo& module)
{
    const auto kind = std::find(matrixNames.begin(), matrixNames.end(), layout.kinds[module.kind.at()]);
    return static_cast<Matrix>(kind - matrixNames.begin());
}

InputSet inputSetOf(Matrix matrix)
{
    for (const InputSet set : inputSets) {
        const auto matrices = matricesOf(set);
        if (std::find(matrices.begin(), matrices.end(), matrix) != matrices.end())
            return set;
    }
    return InputSet::Down;
}

} // namespace

std::int32_t modulesOfInput(const ModuleLayout& layout, std::size_t module)
{
    const ModuleInfo& first = layout.modules[module];
    const InputSet set = inputSetOf(matrixOf(layout, first));
    std::size_t end = module + 1;
    while (end < layout.modules.size() && layout.modules[end].layer == first.layer
        && inputSetOf(matrixOf(layout, layout.modules[end])) == set)
        ++end;
    return static_cast<std::int32_t>(end - module);
}

ArenaOrder::ArenaOrder(const ModuleLayout& layout)
    : ArenaOrder(layout, layout.initRank)
{
}

ArenaOrder::ArenaOrder(const ModuleLayout& layout, std::int64_t rank)
    : m_rank(rank)
{
    const auto place = [this](std::int64_t width) {
        const auto found = std::find_if(
            m_groups.begin(), m_groups.end(), [width](const FactorGroup& group) { return group.width == width; });
        const auto index = static_cast<std::size_t>(found - m_groups.begin());
        if (found == m_groups.end())
            m_groups.push_back({.offset = 0, .count = 0, .width = width});
        return FactorPlace {.group = index, .slot = m_groups[index].count++};
    };
    for (std::size_t begin = 0; begin < layout.modules.size();) {
        const std::size_t end = begin + static_cast<std::size_t>(modulesOfInput(layout, begin));
        for (std::size_t i = begin; i < end; ++i)
            m_places.push_back({.q = place(layout.modules[i].inFeatures), .p = {}});
        for (std::size_t i = begin; i < end; ++i)
            m_places[i].p = place(layout.modules[i].outFeatures);
        begin = end;
    }
    for (FactorGroup& group : m_groups) {
        group.offset = m_lambdaOffset;
        m_lambdaOffset += group.elements(m_rank);
    }
}

at::Tensor ArenaOrder::group(const at::Tensor& flat, std::size_t index) const
{
    const FactorGroup& group = m_groups[index];
    return flat.narrow(0, group.offset, group.elements(m_rank)).view({group.count, m_rank, group.width});
}

at::Tensor ArenaOrder::lambda(const at::Tensor& flat) const
{
    return flat.narrow(0, m_lambdaOffset, moduleCount() * m_rank).view({moduleCount(), m_rank});
}

at::Tensor ArenaOrder::factor(const at::Tensor& flat, const FactorPlace& place) const
{
    return group(flat, place.group).select(0, place.slot);
}

at::Tensor ArenaOrder::q(const at::Tensor& flat, ModuleIndex module) const
{
    return factor(flat, m_places[module.at()].q);
}

at::Tensor ArenaOrder::sharedQ(const at::Tensor& flat, ModuleIndex module, std::int64_t count) const
{
    const FactorPlace& place = m_places[module.at()].q;
    return group(flat, place.group).narrow(0, place.slot, count).flatten(0, 1);
}

at::Tensor ArenaOrder::pT(const at::Tensor& flat, ModuleIndex module) const
{
    return factor(flat, m_places[module.at()].p);
}

std::array<at::Tensor, 2> ArenaOrder::byModule(const std::vector<at::Tensor>& perGroup) const
{
    std::vector<at::Tensor> q;
    std::vector<at::Tensor> p;
    for (const Places& places : m_places) {
        q.push_back(perGroup[places.q.group].select(0, places.q.slot));
        p.push_back(perGroup[places.p.group].select(0, places.p.slot));
    }
    return {at::stack(q), at::stack(p)};
}

namespace {

/// Half-precision products on CUDA are twice as fast where rows begin on 16 bytes.
std::int64_t computeRank(std::int64_t rank, at::Device device, at::ScalarType type)
{
    constexpr std::int64_t unit = 8;
    return device.is_cuda() && type == at::kBFloat16 ? (rank + unit - 1) / unit * unit : rank;
}

} // namespace

TripletArena::TripletArena(
    const ModuleLayout& layout, double scale, bool trainLambda, at::TensorOptions options, at::ScalarType computeType)
    : order(layout)
    , values(at::zeros({order.size()}, options))
    , gradients(at::zeros({order.size()}, options))
    , m_scale(scale)
    , m_trainLambda(trainLambda)
    , m_computeOrder(layout, computeRank(layout.initRank, values.device(), computeType))
    , m_compute(values.scalar_type() == computeType && m_computeOrder.rank() == order.rank()
              ? values
              : at::zeros({m_computeOrder.size()}, options.dtype(computeType)))
    , m_scaledLambda(at::zeros({m_computeOrder.moduleCount() * m_computeOrder.rank()}, options.dtype(computeType)))
{
    for (std::size_t begin = 0; begin < layout.modules.size();) {
        const std::int32_t count = modulesOfInput(layout, begin);
        const Matrix first = matrixOf(layout, layout.modules[begin]);
        const InputSet set = inputSetOf(first);
        const std::size_t layer = layout.modules[begin].layer.at();
        m_shared.push_back({.slot = layer * inputSets.size() + static_cast<std::size_t>(set),
            .first = static_cast<std::int32_t>(begin),
            .count = count});
        for (std::size_t i = begin; i < begin + static_cast<std::size_t>(count); ++i) {
            const Matrix own = matrixOf(layout, layout.modules[i]);
            m_slots.push_back(layer * matrixNames.size() + static_cast<std::size_t>(own));
            const auto matrices = matricesOf(set);
            m_positions.push_back(
                static_cast<std::size_t>(std::find(matrices.begin(), matrices.end(), own) - matrices.begin()));
        }
        begin += static_cast<std::size_t>(count);
    }
    adapters.modules.resize(static_cast<std::size_t>(layout.layerCount) * matrixNames.size());
    adapters.shared.resize(static_cast<std::size_t>(layout.layerCount) * inputSets.size());
    adapters = adaptersInto(makeGradients());
}

AdapterSet TripletArena::adaptersInto(const at::Tensor& target) const
{
    AdapterSet set;
    set.modules.resize(adapters.modules.size());
    set.shared.resize(adapters.shared.size());
    for (std::int32_t i = 0; i < order.moduleCount(); ++i) {
        set.modules[m_slots[static_cast<std::size_t>(i)]] = TripletViews {.q = order.q(values, {i}),
            .pT = order.pT(values, {i}),
            .lambda = order.lambda(values).select(0, i),
            .scale = m_scale};
    }
    for (const Shared& place : m_shared)
        set.shared[place.slot] = sharedInto(target, place);
    return set;
}

SharedTriplets TripletArena::sharedInto(const at::Tensor& target, const Shared& place) const
{
    const ArenaOrder& by = m_computeOrder;
    const std::int64_t first = place.first * by.rank();
    const std::int64_t rows = place.count * by.rank();
    SharedTriplets shared {.q = by.sharedQ(m_compute, {place.first}, place.count),
        .qGrad = by.sharedQ(target, {place.first}, place.count),
        .lambda = m_scaledLambda.narrow(0, first, rows),
        .lambdaGrad = m_trainLambda ? by.lambda(target).flatten().narrow(0, first, rows) : at::Tensor(),
        .scale = m_scale,
        .members = {}};
    for (std::int32_t i = place.first; i < place.first + place.count; ++i) {
        shared.members.push_back({.pT = by.pT(m_compute, {i}),
            .pTGrad = by.pT(target, {i}),
            .position = m_positions[static_cast<std::size_t>(i)],
            .rank = by.rank()});
    }
    return shared;
}

at::Tensor TripletArena::makeGradients() const
{
    return at::zeros({m_computeOrder.size()}, values.options());
}

void TripletArena::refresh()
{
    const std::int64_t rank = order.rank();
    if (!m_compute.is_same(values)) {
        for (std::size_t i = 0; i < order.groups().size(); ++i)
            m_computeOrder.group(m_compute, i).narrow(1, 0, rank).copy_(order.group(values, i));
    }
    const at::Tensor scaled = m_scaledLambda.view({order.moduleCount(), m_computeOrder.rank()}).narrow(1, 0, rank);
    scaled.copy_(order.lambda(values) * m_scale);
}

void TripletArena::collect(std::span<const at::Tensor> computed)
{
    const std::int64_t rank = order.rank();
    for (bool first = true; const at::Tensor& buffer : computed) {
        const auto take
            = [first](const at::Tensor& to, const at::Tensor& from) { first ? to.copy_(from) : to.add_(from); };
        if (m_computeOrder.rank() == rank)
            take(gradients, buffer);
        else {
            for (std::size_t i = 0; i < order.groups().size(); ++i)
                take(order.group(gradients, i), m_computeOrder.group(buffer, i).narrow(1, 0, rank));
            take(order.lambda(gradients), m_computeOrder.lambda(buffer).narrow(1, 0, rank));
        }
        buffer.zero_();
        first = false;
    }
}

namespace {

at::Tensor normal(at::IntArrayRef sizes, double deviation, at::Generator& generator, at::TensorOptions options)
{
    // In float32 whatever the run's type: a float64 run then starts from the same numbers.
    return at::normal(0.0, deviation, sizes, generator, at::kFloat).to(options);
}

} // namespace

void TripletArena::initAdaLora(std::uint64_t seed)
{
    constexpr double deviation = 0.02;
    at::Generator generator = at::detail::createCPUGenerator(seed);
    for (std::int32_t i = 0; i < order.moduleCount(); ++i) {
        at::Tensor q = order.q(values, {i});
        at::Tensor p = order.pT(values, {i});
        q.copy_(normal(q.sizes(), deviation, generator, values.options()));
        p.copy_(normal(p.sizes(), deviation, generator, values.options()));
    }
    order.lambda(values).zero_();
}

void TripletArena::initLora(std::uint64_t seed)
{
    at::Generator generator = at::detail::createCPUGenerator(seed);
    values.zero_();
    for (std::int32_t i = 0; i < order.moduleCount(); ++i) {
        at::Tensor q = order.q(values, {i});
        q.copy_(normal(q.sizes(), 1.0 / static_cast<double>(order.rank()), generator, values.options()));
    }
    order.lambda(values).fill_(1.0);
}

} // namespace spectune
