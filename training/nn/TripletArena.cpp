// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/TripletArena.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>

namespace spectune {

Matrix matrixOf(const ModuleInfo& module)
{
    const std::string_view path = module.name;
    const auto found = std::find(matrixNames.begin(), matrixNames.end(), path.substr(path.rfind('.') + 1));
    return static_cast<Matrix>(found - matrixNames.begin());
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

std::int32_t modulesOfInput(const ModuleLayout& layout, std::size_t module)
{
    const ModuleInfo& first = layout.modules[module];
    const InputSet set = inputSetOf(matrixOf(first));
    std::size_t end = module + 1;
    while (end < layout.modules.size() && layout.modules[end].layer == first.layer
        && inputSetOf(matrixOf(layout.modules[end])) == set)
        ++end;
    return static_cast<std::int32_t>(end - module);
}

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
    makeLookUps();
}

void ArenaOrder::makeLookUps()
{
    std::vector<std::int64_t> begins; // of a group among all factors
    std::int64_t factors = 0;
    for (const FactorGroup& group : m_groups) {
        begins.push_back(factors);
        factors += group.count;
    }
    const std::int64_t modules = moduleCount();
    m_factorsOfModules = at::empty({2, modules}, at::kLong);
    for (std::int64_t i = 0; i < modules; ++i) {
        const Places& places = m_places[static_cast<std::size_t>(i)];
        const std::int64_t q = begins[places.q.group] + places.q.slot;
        const std::int64_t p = begins[places.p.group] + places.p.slot;
        m_factorsOfModules[0][i] = q;
        m_factorsOfModules[1][i] = p;
    }
}

void ArenaOrder::moveTo(at::Device device)
{
    m_factorsOfModules = m_factorsOfModules.to(device);
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
    const at::Tensor all = at::cat(perGroup); // [factors, r]
    return {all.index_select(0, m_factorsOfModules.select(0, 0)), all.index_select(0, m_factorsOfModules.select(0, 1))};
}

TripletArena::TripletArena(const ModuleLayout& layout, double scaleOfAll, at::TensorOptions options)
    : order(layout)
    , scale(scaleOfAll)
    , values(at::zeros({order.size()}, options))
    , gradients(at::zeros({order.size()}, options))
{
    order.moveTo(values.device());
    adapters.modules.resize(static_cast<std::size_t>(layout.layerCount) * matrixNames.size());
    for (std::int32_t i = 0; i < order.moduleCount(); ++i) {
        const ModuleInfo& module = layout.modules[static_cast<std::size_t>(i)];
        adapters.modules[module.layer.at() * matrixNames.size() + static_cast<std::size_t>(matrixOf(module))]
            = TripletViews {.q = order.q(values, {i}),
                .pT = order.pT(values, {i}),
                .lambda = order.lambda(values).select(0, i),
                .scale = scale};
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
