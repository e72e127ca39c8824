// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/SharedInput.h"

#include "training/nn/Buffer.h"

#include <ATen/ATen.h>

namespace spectune {

namespace {

/// to += aᵀ b, with the sums in the type of @p to.
void addProduct(const at::Tensor& to, const at::Tensor& a, const at::Tensor& b)
{
    at::Tensor target = to;
    if (to.scalar_type() == a.scalar_type())
        target.addmm_(a.t(), b);
    else if (to.is_cuda())
        target.add_(at::mm(a.t(), b, to.scalar_type()));
    else
        target.addmm_(a.t().to(to.scalar_type()), b.to(to.scalar_type()));
}

/// 0 and 1/(1 − p), [T, in].
at::Tensor dropoutMask(const at::Tensor& like, const DropoutPass& dropout)
{
    at::Tensor mask = at::empty_like(like);
    mask.bernoulli_(1.0 - dropout.probability, dropout.generator);
    return mask.div_(1.0 - dropout.probability);
}

/// Runs @p body(member, number, first row of its rank).
template <typename Body>
void forMembers(const SharedTriplets& triplets, const Body& body)
{
    std::int64_t row = 0;
    for (std::size_t i = 0; i < triplets.members.size(); ++i) {
        body(triplets.members[i], i, row);
        row += triplets.members[i].rank;
    }
}

/// A member's columns of y or dy.
at::Tensor columnsOf(const at::Tensor& y, const SharedLinear& base, const SharedTriplets::Member& member)
{
    return y.narrow(1, base.begins[member.position], member.pT.size(1));
}

void project(
    const at::Tensor& x, const SharedTriplets& triplets, const DropoutPass& dropout, SharedInputBuffers& buffers)
{
    buffers.u = bufferRows(buffers.u, x.size(0), triplets.rows(), x.options());
    buffers.masks.clear();
    if (dropout.probability == 0.0) {
        at::mm_out(buffers.u, x, triplets.q.t());
        return;
    }
    forMembers(triplets, [&](const SharedTriplets::Member& member, std::size_t, std::int64_t row) {
        buffers.masks.push_back(dropoutMask(x, dropout));
        at::Tensor part = buffers.u.narrow(1, row, member.rank);
        part.copy_(at::mm(x * buffers.masks.back(), triplets.q.narrow(0, row, member.rank).t()));
    });
}

} // namespace

void sharedInputForward(const at::Tensor& x, const SharedLinear& base, const SharedTriplets* triplets,
    const DropoutPass& dropout, SharedInputBuffers& buffers, const at::Tensor& y)
{
    at::Tensor out = y;
    if (y.defined() && base.bias.defined())
        at::addmm_out(out, base.bias, x, base.weight.t());
    else if (y.defined())
        at::mm_out(out, x, base.weight.t());
    if (triplets == nullptr)
        return;
    project(x, *triplets, dropout, buffers);
    if (!y.defined())
        return;
    buffers.scaled = bufferRows(buffers.scaled, x.size(0), triplets->rows(), x.options());
    at::mul_out(buffers.scaled, buffers.u, triplets->lambda);
    forMembers(*triplets, [&](const SharedTriplets::Member& member, std::size_t, std::int64_t row) {
        columnsOf(y, base, member).addmm_(buffers.scaled.narrow(1, row, member.rank), member.pT);
    });
}

void sharedInputBackward(const at::Tensor& dy, const SharedLinear& base, const SharedTriplets* triplets,
    SharedInputBuffers& buffers, const at::Tensor& dx)
{
    at::Tensor input = dx;
    if (dx.defined())
        at::mm_out(input, dy, base.weight);
    if (triplets == nullptr)
        return;
    buffers.scaled = bufferRows(buffers.scaled, dy.size(0), triplets->rows(), dy.options());
    buffers.du = bufferRows(buffers.du, dy.size(0), triplets->rows(), dy.options());
    at::mul_out(buffers.scaled, buffers.u, triplets->lambda);
    forMembers(*triplets, [&](const SharedTriplets::Member& member, std::size_t, std::int64_t row) {
        const at::Tensor own = columnsOf(dy, base, member);
        at::Tensor du = buffers.du.narrow(1, row, member.rank);
        at::mm_out(du, own, member.pT.t());
        addProduct(member.pTGrad, buffers.scaled.narrow(1, row, member.rank), own);
    });
    if (triplets->lambdaGrad.defined()) {
        const auto type = triplets->lambdaGrad.scalar_type();
        at::mul_out(buffers.scaled, buffers.u, buffers.du);
        at::Tensor(triplets->lambdaGrad).add_(buffers.scaled.sum(0, /*keepdim=*/false, type), triplets->scale);
    }
    buffers.du.mul_(triplets->lambda);
    if (!dx.defined())
        return;
    if (buffers.masks.empty()) {
        input.addmm_(buffers.du, triplets->q);
        return;
    }
    forMembers(*triplets, [&](const SharedTriplets::Member& member, std::size_t i, std::int64_t row) {
        const at::Tensor du = buffers.du.narrow(1, row, member.rank);
        input.add_(at::mm(du, triplets->q.narrow(0, row, member.rank)).mul_(buffers.masks[i]));
    });
}

void addGradientOfQ(const at::Tensor& x, const SharedTriplets* triplets, const SharedInputBuffers& buffers)
{
    if (triplets == nullptr)
        return;
    if (buffers.masks.empty())
        return addProduct(triplets->qGrad, buffers.du, x);
    forMembers(*triplets, [&](const SharedTriplets::Member& member, std::size_t i, std::int64_t row) {
        addProduct(
            triplets->qGrad.narrow(0, row, member.rank), buffers.du.narrow(1, row, member.rank), x * buffers.masks[i]);
    });
}

} // namespace spectune
