// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/optim/OrthogonalityRegularizer.h"

#include "training/nn/FusedOps.h"
#include "training/nn/KernelTypes.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace spectune {

OrthogonalityResult addOrthogonalityGradient(TripletArena& arena, RegularizerKind kind, double gamma)
{
    const ArenaOrder& order = arena.order;
    const std::int64_t factors = 2 * order.moduleCount();
    const bool squared = kind == RegularizerKind::SquaredSum;
    std::int64_t widest = 0;
    for (const FactorGroup& group : order.groups())
        widest = std::max(widest, group.width);
    const at::Tensor errors = at::empty({factors, order.rank() * order.rank()}, arena.values.options());
    const at::Tensor norms = at::zeros({order.moduleCount(), 2}, arena.values.options()); // of Q and of P
    const at::Device device = arena.values.device();
    ops::withElementType(arena.values.scalar_type(), [&]<typename T>(T*) {
        using A = kernels::Wide<T>;
        const kernels::GramArgs<A> args {.factors = ops::pointerOf<const kernels::GramFactor>(arena.factors),
            .count = factors,
            .mostRows = order.rank(),
            .widest = widest,
            .values = ops::pointerOf<const A>(arena.values),
            .gradients = ops::pointerOf<A>(arena.gradients),
            .errors = ops::pointerOf<A>(errors),
            .norms = ops::pointerOf<A>(norms),
            .gamma = gamma,
            .squared = squared};
        ops::tableFor<T>(device).gram(args, ops::currentStream(device));
    });
    return {.value = squared ? norms.square().sum() : norms.sum() / static_cast<double>(factors),
        .errorQ = norms.select(1, 0),
        .errorP = norms.select(1, 1)};
}

} // namespace spectune
