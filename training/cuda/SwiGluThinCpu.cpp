// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/cuda/CpuKernels.h"
#include "training/cuda/CpuVector.h"

namespace spectune::kernels::SPECTUNE_CPU_LEVEL {

/// The twin of CUDA's. The CPU itself takes BLAS's products behind swiGluBackward().
template <typename T>
bool swiGluThin(const SwiGluThinArgs<T>& args, Stream stream)
{
    const SwiGluBackwardArgs<T>& gradient = args.gradient;
    swiGluBackward(gradient, stream);
    const auto add = [&](const FactorSum<T>& sum, const T* wide, std::int64_t stride) {
        ThinSumArgs<T> sums {.products = {}, .count = 1, .rows = gradient.rows};
        sums.products[0] = {.thin = sum.thin,
            .wide = {.data = wide, .stride = stride},
            .sums = sum.sums,
            .rank = sum.rank,
            .width = gradient.width};
        if (sum.rank > 0)
            thinSums(sums, stream);
    };
    const auto multiply = [&](const FactorProduct<T>& product, const T* x, std::int64_t rank) {
        ThinRowArgs<T> products {.products = {}, .count = 1, .rows = gradient.rows};
        products.products[0] = {.x = {.data = x, .stride = gradient.dGateUp.stride},
            .factor = product.factor,
            .out = product.out,
            .rank = rank,
            .depth = gradient.width};
        if (rank > 0)
            thinRows(products, stream);
    };
    multiply(args.byGate, gradient.dGateUp.data, args.ofGate.rank);
    multiply(args.byUp, gradient.dGateUp.data + gradient.width, args.ofUp.rank);
    add(args.ofGate, gradient.dGateUp.data, gradient.dGateUp.stride);
    add(args.ofUp, gradient.dGateUp.data + gradient.width, gradient.dGateUp.stride);
    add(args.ofOut, gradient.out.data, gradient.out.stride);
    return true;
}

template bool swiGluThin(const SwiGluThinArgs<float>&, Stream);
template bool swiGluThin(const SwiGluThinArgs<double>&, Stream);
template bool swiGluThin(const SwiGluThinArgs<BFloat16>&, Stream);

} // namespace spectune::kernels::SPECTUNE_CPU_LEVEL
