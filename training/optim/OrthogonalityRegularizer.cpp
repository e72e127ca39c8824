// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/optim/OrthogonalityRegularizer.h"

#include "training/nn/Buffer.h"
#include "training/nn/FusedOps.h"
#include "training/nn/KernelTypes.h"
#include "training/nn/LoopParts.h"

#include <ATen/ATen.h>
#include <ATen/record_function.h>

#include <algorithm>

namespace spectune {

void addOrthogonalityGradient(TripletArena& arena, RegularizerKind kind, double gamma, OrthogonalityResult& result)
{
    RECORD_FUNCTION("spectune::gram", {});
    const ArenaOrder& order = arena.order;
    const std::int64_t factors = 2 * order.moduleCount();
    const bool squared = kind == RegularizerKind::SquaredSum;
    std::int64_t widest = 0;
    for (const FactorGroup& group : order.groups())
        widest = std::max(widest, group.width);
    const std::int64_t square = order.rank() * order.rank();
    const at::Tensor errors = bufferRows(result.errors, factors, square, arena.values.options());
    result.errors = errors;
    if (!result.norms.defined()) {
        result.norms = at::zeros({order.moduleCount(), 2}, arena.values.options());
        result.value = at::zeros({}, arena.values.options());
        result.count = at::full({}, factors, arena.values.options());
    }
    const at::Device device = arena.values.device();
    forParts(device, arena.workers, factors, 1, [&](std::int64_t begin, std::int64_t end) {
        ops::withElementType(arena.values.scalar_type(), [&]<typename T>(T*) {
            using A = kernels::Wide<T>;
            const kernels::GramArgs<A> args {
                .factors = ops::pointerOf<const kernels::GramFactor>(arena.factors) + begin,
                .count = end - begin,
                .all = factors,
                .mostRows = order.rank(),
                .widest = widest,
                .values = ops::pointerOf<const A>(arena.values),
                .gradients = ops::pointerOf<A>(arena.gradients),
                .errors = ops::pointerOf<A>(errors) + begin * square,
                .norms = ops::pointerOf<A>(result.norms) + begin,
                .gamma = gamma,
                .squared = squared};
            ops::tableFor<T>(device).gram(args, ops::currentStream(device));
        });
    });
    if (squared)
        at::dot_out(result.value, result.norms.view(-1), result.norms.view(-1));
    else
        at::sum_out(result.value, result.norms, at::IntArrayRef {0, 1}).div_(result.count);
}

OrthogonalityResult addOrthogonalityGradient(TripletArena& arena, RegularizerKind kind, double gamma)
{
    OrthogonalityResult result;
    addOrthogonalityGradient(arena, kind, gamma, result);
    return result;
}

} // namespace spectune
