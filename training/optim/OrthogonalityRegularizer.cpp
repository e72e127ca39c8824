// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/optim/OrthogonalityRegularizer.h"

#include <ATen/ATen.h>

namespace spectune {

OrthogonalityResult addOrthogonalityGradient(TripletArena& arena, RegularizerKind kind, const at::Tensor& gamma)
{
    const ArenaOrder& order = arena.order;
    const auto factors = static_cast<double>(2 * order.moduleCount());
    const bool squared = kind == RegularizerKind::SquaredSum;
    OrthogonalityResult result {.value = at::zeros({}, arena.values.options()), .errorQ = {}, .errorP = {}};
    const at::Tensor identity = at::eye(order.rank(), arena.values.options());
    std::vector<at::Tensor> norms; // by group, [count, 1]
    for (std::size_t i = 0; i < order.groups().size(); ++i) {
        const at::Tensor rows = order.group(arena.values, i); // [count, r, width]
        const at::Tensor error = at::bmm(rows, rows.transpose(1, 2)) - identity; // M − I, [count, r, r]
        const at::Tensor norm = error.flatten(1).norm(2, 1); // [count]
        norms.push_back(norm.unsqueeze(1));
        result.value.add_(squared ? norm.square().sum() : norm.sum() / factors);
        if (!gamma.defined())
            continue;
        at::Tensor weight
            = squared ? at::full_like(norm, 4.0) : at::where(norm > 0.0, 2.0 / (factors * norm), 0.0); // [count]
        weight.mul_(gamma);
        order.group(arena.gradients, i).add_(at::bmm(error * weight.view({-1, 1, 1}), rows));
    }
    const auto byModule = order.byModule(norms);
    result.errorQ = byModule[0].squeeze(1);
    result.errorP = byModule[1].squeeze(1);
    return result;
}

} // namespace spectune
