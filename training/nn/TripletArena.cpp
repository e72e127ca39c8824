// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/TripletArena.h"

#include "training/cuda/GramArgs.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <utility>

namespace spectune {

TripletArena::TripletArena(const ModuleLayout& layout, double scaleOfAll, at::TensorOptions options)
    : TripletArena(layout, ArenaOrder(layout), scaleOfAll, options)
{
}

TripletArena::TripletArena(const ModuleLayout& layout, ArenaOrder ofRanks, double scaleOfAll, at::TensorOptions options)
    : order(std::move(ofRanks))
    , scale(scaleOfAll)
    , values(at::zeros({order.size()}, options))
    , gradients(at::zeros({order.size()}, options))
{
    std::vector<kernels::GramFactor> all;
    for (std::int32_t i = 0; i < order.moduleCount(); ++i) {
        for (const at::Tensor& factor : {order.q(values, {i}), order.pT(values, {i})})
            all.push_back({.values = factor.storage_offset(), .rank = factor.size(0), .width = factor.size(1)});
    }
    factors = tableOn(values.device(), all);
    adapters.modules.resize(static_cast<std::size_t>(layout.layerCount) * matrixNames.size());
    for (std::int32_t i = 0; i < order.moduleCount(); ++i) {
        if (order.rank({i}) == 0)
            continue;
        const ModuleInfo& module = layout.modules[static_cast<std::size_t>(i)];
        adapters.modules[module.layer.at() * matrixNames.size() + static_cast<std::size_t>(matrixOf(module))]
            = TripletViews {.q = order.q(values, {i}),
                .pT = order.pT(values, {i}),
                .lambda = order.lambda(values, {i}),
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
    order.lambdas(values).zero_();
}

void TripletArena::initLora(std::uint64_t seed)
{
    at::Generator generator = at::detail::createCPUGenerator(seed);
    values.zero_();
    for (std::int32_t i = 0; i < order.moduleCount(); ++i) {
        at::Tensor q = order.q(values, {i});
        if (q.size(0) > 0) // r is the module's own, as in PEFT with a rank_pattern
            q.copy_(normal(q.sizes(), 1.0 / static_cast<double>(q.size(0)), generator, values.options()));
    }
    order.lambdas(values).fill_(1.0);
}

} // namespace spectune
