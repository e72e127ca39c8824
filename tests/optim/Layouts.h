// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/Tensors.h"
#include "training/nn/TripletArena.h"
#include "training/optim/ArenaSweep.h"

namespace spectune::testing {

/// A layout of one q_proj a block, in × out as given, and no model behind it.
inline ModuleLayout layoutOf(const std::vector<std::array<std::int64_t, 2>>& inOut, std::int64_t rank)
{
    ModuleLayout layout {
        .modules = {}, .kinds = {"q_proj"}, .layerCount = static_cast<std::int64_t>(inOut.size()), .initRank = rank};
    for (std::size_t i = 0; i < inOut.size(); ++i)
        layout.modules.push_back({.name = "model.layers." + std::to_string(i) + ".self_attn.q_proj",
            .layer = {static_cast<std::int32_t>(i)},
            .kind = {0},
            .inFeatures = inOut[i][0],
            .outFeatures = inOut[i][1]});
    return layout;
}

/// Three matrices whose factors fall into three groups of widths, one of them shared by a P and two Q.
inline ModuleLayout mixedLayout(std::int64_t rank)
{
    return layoutOf({{5, 7}, {5, 5}, {7, 9}}, rank);
}

/// One update of the optimizer alone.
inline void stepOf(AdamW& optimizer, const at::Tensor& values, const at::Tensor& gradients, double lr)
{
    kernels::StepScalars scalars {.lr = lr};
    optimizer.correct(scalars);
    ArenaSweep {.values = values,
        .gradients = gradients.clone(),
        .gradNorm = gradients.norm(),
        .scalars = &scalars,
        .optimizer = &optimizer}
        .run();
    optimizer.countStep();
}

/// Ī and Ū alone: an optimizer that moves nothing stands by.
inline void updateOf(Importance& importance, const at::Tensor& values, const at::Tensor& gradients)
{
    const AdamW still(OptimConfig {}, 0, values.options());
    const kernels::StepScalars scalars {.observes = 1.0};
    ArenaSweep {.values = values,
        .gradients = gradients.clone(),
        .gradNorm = gradients.norm(),
        .scalars = &scalars,
        .optimizer = &still,
        .importance = &importance}
        .run();
}

} // namespace spectune::testing
