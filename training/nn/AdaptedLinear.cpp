// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/AdaptedLinear.h"

#include <ATen/ATen.h>

namespace spectune {

at::Tensor linearForward(const at::Tensor& x, const FrozenLinear& base, const TripletViews* triplets)
{
    const at::Tensor rows = x.reshape({-1, x.size(-1)}); // [N, in]
    at::Tensor y = base.bias.defined() ? at::addmm(base.bias, rows, base.weight.t()) : at::mm(rows, base.weight.t());
    if (triplets != nullptr) {
        const at::Tensor projected = at::mm(rows.to(triplets->q.scalar_type()), triplets->q.t()); // [N, r]
        const at::Tensor scaled = projected * (triplets->lambda * triplets->scale);
        if (y.scalar_type() == scaled.scalar_type())
            y.addmm_(scaled, triplets->pT);
        else
            y.add_(at::mm(scaled, triplets->pT).to(y.scalar_type()));
    }
    auto sizes = x.sizes().vec();
    sizes.back() = y.size(-1);
    return y.view(sizes);
}

} // namespace spectune
