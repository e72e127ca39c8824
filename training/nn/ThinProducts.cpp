// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/ThinProducts.h"

#include "training/config/StepShares.h"
#include "training/nn/FusedOps.h"
#include "training/nn/KernelTypes.h"

#include <ATen/ATen.h>
#include <ATen/record_function.h>

#include <algorithm>
#include <cstdint>

namespace spectune {

using kernels::BFloat16;

bool isSmallBatch(const at::Tensor& x)
{
    return x.is_cuda() && x.scalar_type() == at::kBFloat16 && isSmallForward(x.size(0));
}

bool isAligned(const at::Tensor& x)
{
    constexpr std::int64_t unit = 16 / sizeof(BFloat16);
    return x.size(1) % unit == 0 && x.stride(0) % unit == 0 && x.stride(1) == 1
        && reinterpret_cast<std::uintptr_t>(x.data_ptr()) % 16 == 0;
}

bool multiplyTogether(std::span<const ThinProduct> products)
{
    using Args = kernels::ThinRowArgs<BFloat16>;
    const auto suits = [](const ThinProduct& product) {
        return isSmallBatch(product.x) && isAligned(product.x) && isAligned(product.factor)
            && product.out.size(1) <= Args::mostRank;
    };
    if (products.size() > Args::most || !std::all_of(products.begin(), products.end(), suits))
        return false;
    RECORD_FUNCTION("spectune::thinRows", {});
    Args args {.products = {}, .count = static_cast<std::int64_t>(products.size()), .rows = products.front().x.size(0)};
    for (std::size_t i = 0; i < products.size(); ++i)
        args.products[i] = {.x = ops::rowsOf<const BFloat16>(products[i].x),
            .factor = ops::rowsOf<const BFloat16>(products[i].factor),
            .out = ops::rowsOf<BFloat16>(products[i].out),
            .rank = products[i].out.size(1),
            .depth = products[i].x.size(1)};
    return kernels::cudaTable<BFloat16>().thinRows(args, ops::currentStream(products.front().x.device()));
}

} // namespace spectune
