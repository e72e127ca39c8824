// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/CrossEntropy.h"

#include "training/config/StepShares.h"
#include "training/nn/Buffer.h"
#include "training/nn/FusedOps.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace spectune {

namespace {

constexpr std::int64_t ignoredTarget = -100;

} // namespace

void rowLosses(const at::Tensor& rows, const at::Tensor& head, const at::Tensor& targets, const at::Tensor& losses,
    at::Tensor& logits, const at::Tensor& scale)
{
    const std::int64_t step = lossChunkRows(head.size(0), head.is_cuda());
    for (std::int64_t begin = 0; begin < rows.size(0); begin += step) {
        const std::int64_t length = std::min(step, rows.size(0) - begin);
        at::Tensor chunk = rows.narrow(0, begin, length);
        at::Tensor product = bufferRows(logits, length, head.size(0), rows.options());
        logits = product;
        at::mm_out(product, chunk, head.t());
        ops::crossEntropy(product, targets.narrow(0, begin, length), losses.narrow(0, begin, length), scale);
        if (scale.defined())
            at::mm_out(chunk, product, head);
    }
}

at::Tensor bearingLosses(const at::Tensor& hidden, const at::Tensor& head, const at::Tensor& targets)
{
    const at::Tensor flat = targets.reshape({-1});
    // Most tokens of a prompt bear no loss: their logits are never computed.
    const at::Tensor bearing = at::nonzero(flat != ignoredTarget).squeeze(1); // [M]
    const at::Tensor rows = hidden.reshape({-1, hidden.size(-1)}).index_select(0, bearing);
    at::Tensor losses = at::empty({rows.size(0)}, rows.options().dtype(ops::wideType(rows.scalar_type())));
    at::Tensor logits;
    rowLosses(rows, head, flat.index_select(0, bearing), losses, logits, {});
    return losses;
}

at::Tensor lossSum(const at::Tensor& hidden, const at::Tensor& head, const at::Tensor& targets)
{
    return bearingLosses(hidden, head, targets).sum();
}

} // namespace spectune
