// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/SharedInput.h"

#include "training/nn/Buffer.h"
#include "training/nn/ThinProducts.h"

#include <ATen/ATen.h>

namespace spectune {

namespace {

/// 0 and 1/(1 − p) into @p mask, [T, in].
void draw(at::Tensor& mask, const at::Tensor& like, DropoutPass& dropout)
{
    mask = bufferRows(mask, like.size(0), like.size(1), like.options());
    mask.bernoulli_(1.0 - dropout.probability, dropout.generator);
    if (!dropout.weight.defined())
        dropout.weight = at::full({}, 1.0 / (1.0 - dropout.probability), like.options());
    mask.mul_(dropout.weight);
}

/// [T, in], where a masked input or a gradient that is masked goes; the next one overwrites it.
at::Tensor scratch(const at::Tensor& like, DropoutPass& dropout)
{
    dropout.masked = bufferRows(dropout.masked, like.size(0), like.size(1), like.options());
    return dropout.masked;
}

/// u = drop(x) Qᵀ, [T, R].
void project(const at::Tensor& x, const SharedTriplets& triplets, DropoutPass& dropout, SharedInputBuffers& buffers,
    at::Tensor u)
{
    const at::Tensor q = triplets.q();
    if (dropout.probability == 0.0) {
        buffers.masks.clear();
        at::mm_out(u, x, q.t());
        return;
    }
    buffers.masks.resize(triplets.members.size());
    for (std::size_t i = 0; i < triplets.members.size(); ++i) {
        const SharedTriplets::Member& member = triplets.members[i];
        draw(buffers.masks[i], x, dropout);
        at::Tensor part = u.narrow(1, member.row, member.rank);
        at::Tensor masked = scratch(x, dropout);
        at::mul_out(masked, x, buffers.masks[i]);
        at::mm_out(part, masked, q.narrow(0, member.row, member.rank).t());
    }
}

void product(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, at::Tensor y)
{
    if (bias.defined())
        at::addmm_out(y, bias, x, weight.t());
    else
        at::mm_out(y, x, weight.t());
}

/// On CUDA a product with all of P costs what its reading of y costs, so one serves all members. On the CPU it costs
/// its operations, and those with the zeros of P are left out.
bool takesMembersTogether(const at::Tensor& y, const SharedTriplets& triplets)
{
    return y.is_cuda() || triplets.members.size() == 1;
}

/// Runs @p body(columns of y, columns of u, the rows and columns of P) for all members together or each alone.
template <typename Body>
void forMembers(const at::Tensor& y, const at::Tensor& u, const SharedTriplets& triplets, const Body& body)
{
    if (takesMembersTogether(y, triplets)) {
        body(y, u, triplets.p(), triplets.productGrad);
        return;
    }
    for (const SharedTriplets::Member& member : triplets.members)
        body(y.narrow(1, member.begin, member.out), u.narrow(1, member.row, member.rank),
            triplets.p().narrow(0, member.begin, member.out).narrow(1, member.row, member.rank),
            triplets.productGrad.narrow(0, member.row, member.rank).narrow(1, member.begin, member.out));
}

/// Adds to productGrad.
void addGradientOfProduct(
    const at::Tensor& dy, const SharedTriplets& triplets, const SharedInputBuffers& buffers, GradientSums& sums)
{
    if (!isSmallBatch(dy))
        return forMembers(dy, buffers.u, triplets,
            [&](const at::Tensor& part, const at::Tensor& u, const at::Tensor&, const at::Tensor& grad) {
                sums.add(grad, u, part);
            });
    for (const SharedTriplets::Member& member : triplets.members) // without what is between two members
        sums.add(triplets.productGrad.narrow(0, member.row, member.rank).narrow(1, member.begin, member.out),
            buffers.u.narrow(1, member.row, member.rank), dy.narrow(1, member.begin, member.out));
}

/// du = dy P, [T, R], of a small batch. @return false: nothing was done
bool projectTogether(const at::Tensor& dy, const SharedTriplets& triplets, const at::Tensor& du)
{
    if (!isSmallBatch(dy))
        return false;
    std::vector<ThinProduct> products;
    for (const SharedTriplets::Member& member : triplets.members)
        products.push_back({.x = dy.narrow(1, member.begin, member.out),
            .factor = triplets.p().narrow(0, member.begin, member.out).narrow(1, member.row, member.rank),
            .out = du.narrow(1, member.row, member.rank)});
    return multiplyTogether(products);
}

} // namespace

void sharedInputForward(const at::Tensor& x, bool keepsX, const SharedLinear& base, const SharedTriplets* triplets,
    DropoutPass& dropout, SharedInputBuffers& buffers, const at::Tensor& y)
{
    if (triplets == nullptr) {
        if (y.defined())
            product(x, base.weight, base.bias, y);
        return;
    }
    const std::int64_t rank = triplets->rows();
    const bool together = hasSpare(x, rank) && takesMembersTogether(x, *triplets);
    if (!together || !keepsX)
        buffers.ownU = bufferRows(buffers.ownU, x.size(0), rank, x.options());
    buffers.u = together && keepsX ? spareOf(x, rank) : buffers.ownU;
    project(x, *triplets, dropout, buffers, buffers.u);
    if (!y.defined())
        return;
    if (together) {
        if (!keepsX)
            spareOf(x, rank).copy_(buffers.u);
        product(widened(x, rank), triplets->joined.narrow(0, 0, triplets->out()), base.bias, y);
        return;
    }
    product(x, base.weight, base.bias, y);
    forMembers(y, buffers.u, *triplets,
        [](at::Tensor part, const at::Tensor& u, const at::Tensor& p, const at::Tensor&) { part.addmm_(u, p.t()); });
}

void sharedInputBackward(const at::Tensor& dy, const SharedLinear& base, const SharedTriplets* triplets,
    DropoutPass& dropout, const SharedInputBuffers& buffers, GradientSums* sums, const at::Tensor& dx)
{
    at::Tensor input = dx;
    if (triplets == nullptr) {
        if (dx.defined())
            at::mm_out(input, dy, base.weight);
        return;
    }
    const std::int64_t rank = triplets->rows();
    const at::Tensor du = spareOf(dy, rank);
    if (sums != nullptr) {
        addGradientOfProduct(dy, *triplets, buffers, *sums);
        if (!projectTogether(dy, *triplets, du))
            forMembers(
                dy, du, *triplets, [](const at::Tensor& part, at::Tensor own, const at::Tensor& p, const at::Tensor&) {
                    at::mm_out(own, part, p);
                });
    }
    if (!dx.defined())
        return;
    if (buffers.masks.empty()) {
        at::mm_out(input, widened(dy, rank), triplets->joined.narrow(1, 0, triplets->in()));
        return;
    }
    at::mm_out(input, dy, base.weight);
    const at::Tensor q = triplets->q();
    for (std::size_t i = 0; i < triplets->members.size(); ++i) {
        const SharedTriplets::Member& member = triplets->members[i];
        at::Tensor part = scratch(input, dropout);
        at::mm_out(part, du.narrow(1, member.row, member.rank), q.narrow(0, member.row, member.rank));
        input.addcmul_(part, buffers.masks[i]);
    }
}

void addGradientOfQ(const at::Tensor& x, const at::Tensor& dy, const SharedTriplets* triplets, DropoutPass& dropout,
    const SharedInputBuffers& buffers, GradientSums& sums)
{
    if (triplets == nullptr)
        return;
    const at::Tensor du = spareOf(dy, triplets->rows());
    if (buffers.masks.empty())
        return sums.add(triplets->qGrad, du, x);
    for (std::size_t i = 0; i < triplets->members.size(); ++i) {
        const SharedTriplets::Member& member = triplets->members[i];
        at::Tensor masked = isSmallBatch(x) ? at::empty_like(x) : scratch(x, dropout); // a small batch's sums may wait
        at::mul_out(masked, x, buffers.masks[i]);
        sums.add(triplets->qGrad.narrow(0, member.row, member.rank), du.narrow(1, member.row, member.rank), masked);
    }
}

} // namespace spectune
