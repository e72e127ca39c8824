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

TripletArena::TripletArena(
    const ModuleLayout& layout, double scale, bool trainLambda, at::TensorOptions options, at::ScalarType computeType)
    : TripletArena(layout, ArenaOrder(layout), scale, trainLambda, options, computeType)
{
}

TripletArena::TripletArena(const ModuleLayout& layout, ArenaOrder ofRanks, double scale, bool trainLambda,
    at::TensorOptions options, at::ScalarType computeType)
    : order(std::move(ofRanks))
    , values(at::zeros({order.size()}, options))
    , gradients(at::zeros({order.size()}, options))
    , m_scale(scale)
    , m_trainLambda(trainLambda)
    , m_compute(at::zeros({order.size()}, options.dtype(computeType)))
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
            if (order.rank(module) > 0)
                adapters.modules[layer * matrixNames.size() + static_cast<std::size_t>(own)]
                    = TripletViews {.q = order.q(values, module),
                        .pT = order.pT(values, module),
                        .lambda = order.lambda(values, module),
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
    for (const Shared& place : m_shared) {
        SharedTriplets shared = sharedInto(sums, place);
        if (!shared.members.empty())
            set.shared[place.slot] = std::move(shared);
    }
    return set;
}

SharedTriplets TripletArena::sharedInto(const at::Tensor& sums, const Shared& place) const
{
    const ArenaOrder& by = order;
    SharedTriplets shared {.q = by.sharedQ(m_compute, {place.first}, place.count),
        .qGrad = by.sharedQ(sums, {place.first}, place.count),
        .members = {}};
    for (std::int32_t i = place.first; i < place.first + place.count; ++i) {
        if (by.rank({i}) > 0)
            shared.members.push_back({.scaledPT = by.pT(m_compute, {i}),
                .productGrad = by.pT(sums, {i}),
                .position = m_positions[static_cast<std::size_t>(i)],
                .rank = by.rank({i})});
    }
    return shared;
}

at::Tensor TripletArena::makeSums() const
{
    return at::zeros({order.size()}, values.options());
}

void TripletArena::refresh()
{
    const std::vector<at::Tensor> factors = order.byRow(order.lambdas(values) * m_scale, 1.0);
    for (std::size_t i = 0; i < order.groups().size(); ++i) {
        at::Tensor target = order.rows(m_compute, i);
        at::mul_out(target, order.rows(values, i), factors[i]);
    }
}

void TripletArena::collect(std::span<const at::Tensor> sums)
{
    const std::vector<at::Tensor> factors = order.byRow(order.lambdas(values) * m_scale, 1.0);
    std::vector<at::Tensor> alongP; // by group, [rows]: Σ over a row of value · G
    for (std::size_t i = 0; i < order.groups().size(); ++i) {
        at::Tensor total = order.rows(gradients, i);
        for (bool first = true; const at::Tensor& buffer : sums) {
            const at::Tensor part = order.rows(buffer, i);
            first ? total.copy_(part) : total.add_(part);
            first = false;
        }
        if (m_trainLambda)
            alongP.push_back((order.rows(values, i) * total).sum(1));
        total.mul_(factors[i]);
    }
    if (m_trainLambda)
        order.lambdas(gradients).copy_(order.byTriplet(alongP)[1] * m_scale);
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
    order.lambdas(values).zero_();
}

void TripletArena::initLora(std::uint64_t seed)
{
    at::Generator generator = at::detail::createCPUGenerator(seed);
    values.zero_();
    for (std::int32_t i = 0; i < order.moduleCount(); ++i) {
        at::Tensor q = order.q(values, {i});
        q.copy_(normal(q.sizes(), 1.0 / static_cast<double>(order.rank()), generator, values.options()));
    }
    order.lambdas(values).fill_(1.0);
}

} // namespace spectune
