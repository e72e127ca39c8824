// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/AdaptedLinear.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <memory>

namespace spectune {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// What backward needs beside the saved tensors; a node keeps it alive as one attribute.
struct Saved : torch::CustomClassHolder {
    FrozenLinear base;
    TripletViews triplets;
    at::Tensor mask; // of dropout, [N, in]; undefined without
};

/// s · (u ∘ λ) Pᵀ added to @p y, where u = x Qᵀ. All two-dimensional.
void addAdapter(at::Tensor& y, const at::Tensor& x, const TripletViews& triplets)
{
    const at::Tensor projected = at::mm(x, triplets.q.t()); // [N, r]
    const at::Tensor scaled = projected * (triplets.lambda * triplets.scale);
    if (y.scalar_type() == scaled.scalar_type())
        y.addmm_(scaled, triplets.pT);
    else
        y.add_(at::mm(scaled, triplets.pT).to(y.scalar_type()));
}

at::Tensor baseForward(const at::Tensor& x, const FrozenLinear& base)
{
    return base.bias.defined() ? at::addmm(base.bias, x, base.weight.t()) : at::mm(x, base.weight.t());
}

/// A mask of 0 and 1/(1−p) for dropout on the adapter's input. [N, in]
at::Tensor dropoutMask(const at::Tensor& like, const AdapterPass& pass)
{
    at::Tensor mask = at::empty_like(like);
    mask.bernoulli_(1.0 - pass.dropout, pass.generator);
    return mask.div_(1.0 - pass.dropout);
}

class AdaptedLinearFunction : public torch::autograd::Function<AdaptedLinearFunction> {
public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& /*anchor*/,
        const c10::intrusive_ptr<Saved>& saved)
    {
        context->saved_data["saved"] = c10::IValue::make_capsule(saved);
        context->save_for_backward({x});
        at::Tensor y = baseForward(x, saved->base);
        const at::Tensor input = x.to(saved->triplets.q.scalar_type());
        addAdapter(y, saved->mask.defined() ? input * saved->mask : input, saved->triplets);
        return y;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients)
    {
        const auto saved = c10::static_intrusive_pointer_cast<Saved>(context->saved_data["saved"].toCapsule());
        const TripletViews& triplets = saved->triplets;
        const auto type = triplets.q.scalar_type();
        const at::Tensor& mask = saved->mask;
        const at::Tensor input = context->get_saved_variables()[0].to(type);
        const at::Tensor x = mask.defined() ? input * mask : input;
        const at::Tensor dy = gradients[0].to(type);

        const at::Tensor projected = at::mm(x, triplets.q.t()); // u = x Qᵀ, [N, r]
        const at::Tensor back = at::mm(dy, triplets.pT.t()); // dy P, [N, r]
        const at::Tensor lambda = triplets.lambda * triplets.scale; // s λ
        triplets.pTGrad.addmm_((projected * lambda).t(), dy);
        if (triplets.lambdaGrad.defined())
            triplets.lambdaGrad.add_((projected * back).sum(0), triplets.scale);
        const at::Tensor dProjected = back * lambda;
        triplets.qGrad.addmm_(dProjected.t(), x);

        if (!context->needs_input_grad(0))
            return {at::Tensor(), at::Tensor(), at::Tensor()};
        at::Tensor dx = at::mm(gradients[0], saved->base.weight); // [N, in]
        if (!mask.defined() && dx.scalar_type() == type)
            dx.addmm_(dProjected, triplets.q);
        else {
            const at::Tensor through = at::mm(dProjected, triplets.q);
            dx.add_((mask.defined() ? through * mask : through).to(dx.scalar_type()));
        }
        return {dx, at::Tensor(), at::Tensor()};
    }
};

/// [..., features] as [N, features].
at::Tensor flattened(const at::Tensor& x)
{
    return x.reshape({-1, x.size(-1)});
}

at::Tensor unflattened(const at::Tensor& y, const at::Tensor& like)
{
    auto sizes = like.sizes().vec();
    sizes.back() = y.size(-1);
    return y.view(sizes);
}

} // namespace

at::Tensor adaptedLinear(
    const at::Tensor& x, const FrozenLinear& base, const TripletViews& triplets, const AdapterPass& pass)
{
    auto saved = c10::make_intrusive<Saved>();
    saved->base = base;
    saved->triplets = triplets;
    const at::Tensor rows = flattened(x);
    if (pass.dropout > 0.0)
        saved->mask = dropoutMask(rows.detach().to(triplets.q.scalar_type()), pass);
    return unflattened(AdaptedLinearFunction::apply(rows, pass.anchor, saved), x);
}

at::Tensor linearForward(const at::Tensor& x, const FrozenLinear& base, const TripletViews* triplets)
{
    const at::Tensor rows = flattened(x);
    at::Tensor y = baseForward(rows, base);
    if (triplets != nullptr)
        addAdapter(y, rows.to(triplets->q.scalar_type()), *triplets);
    return unflattened(y, x);
}

} // namespace spectune
