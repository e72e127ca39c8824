// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/GradientSums.h"

#include "training/nn/Buffer.h"
#include "training/nn/FusedOps.h"
#include "training/nn/KernelTypes.h"
#include "training/nn/ThinProducts.h"

#include <ATen/ATen.h>
#include <ATen/record_function.h>

#include <algorithm>
#include <cstdint>

namespace spectune {

namespace {

using Args = kernels::ThinSumArgs<kernels::BFloat16>;

/// @p x in the type of @p like, in @p buffer.
at::Tensor inType(const at::Tensor& x, const at::Tensor& like, at::Tensor& buffer)
{
    buffer = bufferRows(buffer, x.size(0), x.size(1), like.options());
    return buffer.copy_(x);
}

bool canWait(const at::Tensor& to, const at::Tensor& thin, const at::Tensor& wide)
{
    return isSmallBatch(wide) && isAligned(thin) && isAligned(wide) && to.storage_offset() % 2 == 0
        && to.stride(0) % 2 == 0;
}

} // namespace

void GradientSums::addNow(const at::Tensor& to, const at::Tensor& thin, const at::Tensor& wide)
{
    at::Tensor target = to;
    if (to.scalar_type() == thin.scalar_type())
        target.addmm_(thin.t(), wide);
    else if (to.is_cuda())
        at::addmm_out(target, target, thin.t(), wide, to.scalar_type());
    else
        target.addmm_(inType(thin, to, m_thin).t(), inType(wide, to, m_wide));
}

void GradientSums::add(const at::Tensor& to, const at::Tensor& thin, const at::Tensor& wide)
{
    if (!canWait(to, thin, wide))
        return addNow(to, thin, wide);
    for (std::int64_t begin = 0; begin < thin.size(1); begin += Args::mostRank) {
        const std::int64_t rank = std::min(Args::mostRank, thin.size(1) - begin);
        m_waiting.push_back({to.narrow(0, begin, rank), thin.narrow(1, begin, rank), wide});
    }
}

void GradientSums::run()
{
    if (m_waiting.empty())
        return;
    RECORD_FUNCTION("spectune::thinSums", {});
    for (std::size_t begin = 0; begin < m_waiting.size(); begin += Args::most) {
        const std::size_t end = std::min<std::size_t>(m_waiting.size(), begin + Args::most);
        const at::Tensor& first = m_waiting[begin].wide;
        Args args {.products = {}, .count = static_cast<std::int64_t>(end - begin), .rows = first.size(0)};
        for (std::size_t i = begin; i < end; ++i) {
            const Product& product = m_waiting[i];
            args.products[i - begin] = {.thin = ops::rowsOf<const kernels::BFloat16>(product.thin),
                .wide = ops::rowsOf<const kernels::BFloat16>(product.wide),
                .sums = ops::rowsOf<float>(product.to),
                .rank = product.thin.size(1),
                .width = product.wide.size(1)};
        }
        kernels::cudaTable<kernels::BFloat16>().thinSums(args, ops::currentStream(first.device()));
    }
    m_waiting.clear();
}

} // namespace spectune
