// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/GatedBackward.h"

#include "training/nn/Buffer.h"
#include "training/nn/FusedOps.h"
#include "training/nn/ThinProducts.h"

#include <algorithm>
#include <array>

namespace spectune {

namespace {

/// Of the module whose columns of dy begin at @p begin; empty where it has no triplets.
ops::ThinFactor factorsOfP(const AdaptedInput& input, const at::Tensor& dy, std::int64_t begin)
{
    if (input.triplets == nullptr)
        return {};
    for (const SharedTriplets::Member& member : input.triplets->members) {
        if (member.begin == begin)
            return {.thin = input.buffers.u.narrow(1, member.row, member.rank),
                .sums
                = input.triplets->productGrad.narrow(0, member.row, member.rank).narrow(1, member.begin, member.out),
                .factor = input.triplets->p().narrow(0, member.begin, member.out).narrow(1, member.row, member.rank),
                .product = spareOf(dy, input.triplets->rows()).narrow(1, member.row, member.rank)};
    }
    return {};
}

/// Of the module that reads the gated product.
ops::ThinFactor factorOfQ(const AdaptedInput& input, const at::Tensor& dy)
{
    if (input.triplets == nullptr)
        return {};
    return {.thin = spareOf(dy, input.triplets->rows()), .sums = input.triplets->qGrad, .factor = {}, .product = {}};
}

bool suits(const ops::ThinFactor& factor)
{
    const auto isPaired
        = [](const at::Tensor& x) { return !x.defined() || (x.storage_offset() % 2 == 0 && x.stride(0) % 2 == 0); };
    return !factor.thin.defined()
        || (isAligned(factor.thin) && factor.thin.size(1) <= ops::mostRankOfGatedFactors && isPaired(factor.sums)
            && isPaired(factor.product));
}

} // namespace

bool gatedBackwardWithFactors(const at::Tensor& gateUp, const at::Tensor& dOut, const at::Tensor& dDown,
    const AdaptedInput& ofGateUp, const AdaptedInput& ofDown)
{
    const bool isHalf = dOut.is_cuda() && dOut.scalar_type() == at::kBFloat16;
    // With dropout each module reads another x.
    if (!isHalf || isSmallBatch(dOut) || !isAligned(gateUp) || !isAligned(dOut) || !ofDown.buffers.masks.empty())
        return false;
    const ops::GatedFactors factors {
        factorsOfP(ofGateUp, gateUp, 0), factorsOfP(ofGateUp, gateUp, dOut.size(1)), factorOfQ(ofDown, dDown)};
    const auto isWanted = [](const ops::ThinFactor& factor) { return factor.thin.defined(); };
    return std::any_of(factors.begin(), factors.end(), isWanted) && std::all_of(factors.begin(), factors.end(), suits)
        && ops::swiGluBackwardWithFactors(gateUp, dOut, /*wantsOut=*/false, factors);
}

} // namespace spectune
