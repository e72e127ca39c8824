// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/RmsNorm.h"

#include <ATen/ATen.h>

namespace spectune {

at::Tensor rmsNorm(const at::Tensor& x, const at::Tensor& weight, double eps)
{
    const at::Tensor wide = x.scalar_type() == at::kDouble ? x : x.to(at::kFloat);
    const at::Tensor inverse = (wide * wide).mean(-1, /*keepdim=*/true).add_(eps).rsqrt_(); // [..., 1]
    return (wide * inverse).to(x.scalar_type()) * weight;
}

} // namespace spectune
