// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/TripletArena.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>

namespace spectune {

ArenaOrder::ArenaOrder(const ModuleLayout& layout)
    : m_rank(layout.initRank)
{
    const auto place = [this](std::int64_t width) {
        const auto found = std::find_if(
            m_groups.begin(), m_groups.end(), [width](const FactorGroup& group) { return group.width == width; });
        const auto index = static_cast<std::size_t>(found - m_groups.begin());
        if (found == m_groups.end())
            m_groups.push_back({.offset = 0, .count = 0, .width = width});
        return FactorPlace {.group = index, .slot = m_groups[index].count++};
    };
    for (const ModuleInfo& module : layout.modules) {
        const FactorPlace q = place(module.inFeatures);
        m_places.push_back({.q = q, .p = place(module.outFeatures)});
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

TripletArena::TripletArena(const ModuleLayout& layout, double scale, bool trainLambda, at::TensorOptions options)
    : order(layout)
    , values(at::zeros({order.size()}, options))
    , gradients(at::zeros({order.size()}, options))
    , anchor(at::zeros({1}, options).requires_grad_(true))
    , m_scale(scale)
    , m_trainLambda(trainLambda)
{
    for (const ModuleInfo& module : layout.modules) {
        const auto kind = std::find(matrixNames.begin(), matrixNames.end(), layout.kinds[module.kind.at()]);
        m_slots.push_back(
            module.layer.at() * matrixNames.size() + static_cast<std::size_t>(kind - matrixNames.begin()));
    }
    adapters.modules.resize(static_cast<std::size_t>(layout.layerCount) * matrixNames.size());
    adapters = adaptersInto(gradients);
}

AdapterSet TripletArena::adaptersInto(const at::Tensor& target) const
{
    AdapterSet set;
    set.modules.resize(adapters.modules.size());
    for (std::int32_t i = 0; i < order.moduleCount(); ++i) {
        set.modules[m_slots[static_cast<std::size_t>(i)]] = TripletViews {.q = order.q(values, {i}),
            .pT = order.pT(values, {i}),
            .lambda = order.lambda(values).select(0, i),
            .qGrad = order.q(target, {i}),
            .pTGrad = order.pT(target, {i}),
            .lambdaGrad = m_trainLambda ? order.lambda(target).select(0, i) : at::Tensor(),
            .scale = m_scale};
    }
    return set;
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
