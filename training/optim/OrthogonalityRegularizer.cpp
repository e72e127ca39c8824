// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/optim/OrthogonalityRegularizer.h"

#include <ATen/ATen.h>

namespace spectune {

OrthogonalityResult addOrthogonalityGradient(TripletArena& arena, RegularizerKind kind, double gamma)
{
    const ArenaOrder& order = arena.order;
    const auto factors = static_cast<double>(2 * order.moduleCount());
    const bool squared = kind == RegularizerKind::SquaredSum;
    OrthogonalityResult result {.value = at::zeros({}, arena.values.options()), .errorQ = {}, .errorP = {}};
    std::vector<at::Tensor> norms; // by group, [count]
    for (std::size_t i = 0; i < order.groups().size(); ++i) {
        const at::Tensor rows = order.filledUp(arena.values, i); // [count, r, width]
        const at::Tensor error
            = at::bmm(rows, rows.transpose(1, 2)) - order.unitMatrices(arena.values, i); // M − I, [count, r, r]
        const at::Tensor norm = error.flatten(1).norm(2, 1); // [count]
        norms.push_back(norm);
        result.value.add_(squared ? norm.square().sum() : norm.sum() / factors);
        if (gamma == 0.0)
            continue;
        const at::Tensor weight
            = squared ? at::full_like(norm, 4.0 * gamma) : at::where(norm > 0.0, 2.0 * gamma / (factors * norm), 0.0);
        order.add(at::bmm(error * weight.view({-1, 1, 1}), rows), arena.gradients, i);
    }
    const auto byModule = order.byModule(norms);
    result.errorQ = byModule[0];
    result.errorP = byModule[1];
    return result;
}

} // namespace spectune
