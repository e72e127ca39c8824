// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/TripletArena.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>

namespace spectune {

namespace {

/// The matrix that a module's path ends in: "model.layers.0.self_attn.q_proj".
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

} // namespace

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
    m_modulesOfFactors = at::full({factors}, modules, at::kLong);
    for (std::int64_t i = 0; i < modules; ++i) {
        const Places& places = m_places[static_cast<std::size_t>(i)];
        const std::int64_t q = begins[places.q.group] + places.q.slot;
        const std::int64_t p = begins[places.p.group] + places.p.slot;
        m_factorsOfModules[0][i] = q;
        m_factorsOfModules[1][i] = p;
        m_modulesOfFactors[p] = i;
    }
}

void ArenaOrder::moveTo(at::Device device)
{
    m_factorsOfModules = m_factorsOfModules.to(device);
    m_modulesOfFactors = m_modulesOfFactors.to(device);
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
    const at::Tensor all = at::cat(perGroup); // [factors, r]
    return {all.index_select(0, m_factorsOfModules.select(0, 0)), all.index_select(0, m_factorsOfModules.select(0, 1))};
}

std::vector<at::Tensor> ArenaOrder::byGroup(const at::Tensor& ofP, double ofQ) const
{
    const at::Tensor withQ = at::cat({ofP, at::full({1, ofP.size(1)}, ofQ, ofP.options())}); // [modules + 1, r]
    const at::Tensor all = withQ.index_select(0, m_modulesOfFactors).unsqueeze(2); // [factors, r, 1]
    std::vector<at::Tensor> parts;
    for (std::int64_t begin = 0; const FactorGroup& group : m_groups) {
        parts.push_back(all.narrow(0, begin, group.count));
        begin += group.count;
    }
    return parts;
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
    , m_compute(at::zeros({m_computeOrder.size()}, options.dtype(computeType)))
{
    order.moveTo(values.device());
    adapters.modules.resize(static_cast<std::size_t>(layout.layerCount) * matrixNames.size());
    for (std::size_t begin = 0; begin < layout.modules.size();) {
        const std::int32_t count = modulesOfInput(layout, begin);
        const Matrix first = matrixOf(layout.modules[begin]);
        const InputSet set = inputSetOf(first);
        const std::size_t layer = layout.modules[begin].layer.at();
        m_shared.push_back({.slot = layer * inputSets.size() + static_cast<std::size_t>(set),
            .first = static_cast<std::int32_t>(begin),
            .count = count});
        for (std::size_t i = begin; i < begin + static_cast<std::size_t>(count); ++i) {
            const Matrix own = matrixOf(layout.modules[i]);
            const ModuleIndex module {static_cast<std::int32_t>(i)};
            adapters.modules[layer * matrixNames.size() + static_cast<std::size_t>(own)]
                = TripletViews {.q = order.q(values, module),
                    .pT = order.pT(values, module),
                    .lambda = order.lambda(values).select(0, module.value),
                    .scale = scale};
            const auto matrices = matricesOf(set);
            m_positions.push_back(
                static_cast<std::size_t>(std::find(matrices.begin(), matrices.end(), own) - matrices.begin()));
        }
        begin += static_cast<std::size_t>(count);
    }
}

AdapterSet TripletArena::adaptersInto(const at::Tensor& sums) const
{
    AdapterSet set {.modules = adapters.modules, .shared = {}};
    set.shared.resize(set.modules.size() / matrixNames.size() * inputSets.size());
    for (const Shared& place : m_shared)
        set.shared[place.slot] = sharedInto(sums, place);
    return set;
}

SharedTriplets TripletArena::sharedInto(const at::Tensor& sums, const Shared& place) const
{
    const ArenaOrder& by = m_computeOrder;
    SharedTriplets shared {.q = by.sharedQ(m_compute, {place.first}, place.count),
        .qGrad = by.sharedQ(sums, {place.first}, place.count),
        .members = {}};
    for (std::int32_t i = place.first; i < place.first + place.count; ++i) {
        shared.members.push_back({.scaledPT = by.pT(m_compute, {i}),
            .productGrad = by.pT(sums, {i}),
            .position = m_positions[static_cast<std::size_t>(i)],
            .rank = by.rank()});
    }
    return shared;
}

at::Tensor TripletArena::makeSums() const
{
    return at::zeros({m_computeOrder.size()}, values.options());
}

void TripletArena::refresh()
{
    const std::vector<at::Tensor> factors = order.byGroup(order.lambda(values) * m_scale, 1.0);
    for (std::size_t i = 0; i < order.groups().size(); ++i) {
        at::Tensor target = m_computeOrder.group(m_compute, i).narrow(1, 0, order.rank());
        at::mul_out(target, order.group(values, i), factors[i]);
    }
}

void TripletArena::collect(std::span<const at::Tensor> sums)
{
    const std::int64_t rank = order.rank();
    const std::vector<at::Tensor> factors = order.byGroup(order.lambda(values) * m_scale, 1.0);
    std::vector<at::Tensor> alongP; // by group, [count, r]: Σ over a row of value · G
    for (std::size_t i = 0; i < order.groups().size(); ++i) {
        at::Tensor total = order.group(gradients, i);
        for (bool first = true; const at::Tensor& buffer : sums) {
            const at::Tensor part = m_computeOrder.group(buffer, i).narrow(1, 0, rank);
            first ? total.copy_(part) : total.add_(part);
            first = false;
        }
        if (m_trainLambda)
            alongP.push_back((order.group(values, i) * total).sum(2));
        total.mul_(factors[i]);
    }
    if (m_trainLambda)
        order.lambda(gradients).copy_(order.byModule(alongP)[1] * m_scale);
    for (const at::Tensor& buffer : sums)
        buffer.zero_();
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
