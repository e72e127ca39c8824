// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/RmsNorm.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

namespace spectune {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// The type in which the mean is taken: float32 at least.
at::Tensor widened(const at::Tensor& x)
{
    return x.scalar_type() == at::kDouble ? x : x.to(at::kFloat);
}

class RmsNormFunction : public torch::autograd::Function<RmsNormFunction> {
public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight, double eps)
    {
        const at::Tensor wide = widened(x);
        const at::Tensor inverse = (wide * wide).mean(-1, /*keepdim=*/true).add_(eps).rsqrt_(); // [..., 1]
        context->save_for_backward({x, weight, inverse});
        return (wide * inverse).to(x.scalar_type()) * weight;
    }

    /// With x̂ = x / rms and g = w ∘ dy:  dx = (g − x̂ · mean(g ∘ x̂)) / rms
    static variable_list backward(AutogradContext* context, const variable_list& gradients)
    {
        const variable_list saved = context->get_saved_variables();
        const at::Tensor& inverse = saved[2];
        const at::Tensor normed = widened(saved[0]) * inverse;
        const at::Tensor g = widened(gradients[0] * saved[1]);
        const at::Tensor along = (g * normed).mean(-1, /*keepdim=*/true);
        const at::Tensor dx = (g - normed * along).mul_(inverse);
        return {dx.to(saved[0].scalar_type()), at::Tensor(), at::Tensor()};
    }
};

} // namespace

at::Tensor rmsNorm(const at::Tensor& x, const at::Tensor& weight, double eps)
{
    return RmsNormFunction::apply(x, weight, eps);
}

} // namespace spectune
