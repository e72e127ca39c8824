// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/FusedOps.h"

#include "training/nn/Buffer.h"
#include "training/nn/KernelTypes.h"
#include "training/nn/LoopParts.h"

#include <ATen/ATen.h>
#include <c10/core/impl/VirtualGuardImpl.h>

namespace spectune::ops {

using kernels::Rows;
using kernels::Wide;

namespace {

/// The rows from @p begin on.
template <typename T>
Rows<T> from(Rows<T> rows, std::int64_t begin)
{
    return {.data = rows.data != nullptr ? rows.data + begin * rows.stride : nullptr, .stride = rows.stride};
}

/// A number a row, from row @p begin on.
template <typename T>
T* from(T* list, std::int64_t begin)
{
    return list != nullptr ? list + begin : nullptr;
}

template <typename T>
kernels::SwiGluBackwardArgs<T> backwardArgs(const at::Tensor& gateUp, const at::Tensor& dOut)
{
    return {.rows = dOut.size(0),
        .width = dOut.size(1),
        .gateUp = rowsOf<const T>(gateUp),
        .dOut = rowsOf<const T>(dOut),
        .dGateUp = rowsOf<T>(gateUp),
        .out = rowsOf<T>(dOut)};
}

} // namespace

at::ScalarType wideType(at::ScalarType type) noexcept
{
    return type == at::kDouble ? at::kDouble : at::kFloat;
}

kernels::Stream currentStream(at::Device device)
{
    if (!device.is_cuda())
        return nullptr;
    return c10::impl::VirtualGuardImpl(at::kCUDA).getStream(device).native_handle();
}

void rmsNorm(const at::Tensor& x, const at::Tensor& delta, const at::Tensor& sum, const at::Tensor& weight, double eps,
    const at::Tensor& y, const at::Tensor& inverse)
{
    withElementType(x.scalar_type(), [&]<typename T>(T*) {
        forRows(x.device(), x.size(0), x.size(1), [&](std::int64_t begin, std::int64_t end) {
            const kernels::RmsNormArgs<T> args {.rows = end - begin,
                .width = x.size(1),
                .x = from(rowsOf<const T>(x), begin),
                .delta = from(rowsOf<const T>(delta), begin),
                .sum = from(rowsOf<T>(sum), begin),
                .weight = pointerOf<const T>(weight),
                .y = from(rowsOf<T>(y), begin),
                .inverse = from(pointerOf<Wide<T>>(inverse), begin),
                .eps = eps};
            tableFor<T>(x.device()).rmsNorm(args, currentStream(x.device()));
        });
    });
}

void rmsNormBackward(const at::Tensor& x, const at::Tensor& inverse, const at::Tensor& weight, const at::Tensor& dy,
    const at::Tensor& dx)
{
    withElementType(x.scalar_type(), [&]<typename T>(T*) {
        forRows(x.device(), x.size(0), x.size(1), [&](std::int64_t begin, std::int64_t end) {
            const kernels::RmsNormBackwardArgs<T> args {.rows = end - begin,
                .width = x.size(1),
                .x = from(rowsOf<const T>(x), begin),
                .inverse = from(pointerOf<const Wide<T>>(inverse), begin),
                .weight = pointerOf<const T>(weight),
                .dy = from(rowsOf<const T>(dy), begin),
                .dx = from(rowsOf<T>(dx), begin)};
            tableFor<T>(x.device()).rmsNormBackward(args, currentStream(x.device()));
        });
    });
}

void rotate(const at::Tensor& x, std::int64_t heads, const at::Tensor& positions, const at::Tensor& cos,
    const at::Tensor& sin, bool back)
{
    withElementType(x.scalar_type(), [&]<typename T>(T*) {
        forRows(x.device(), x.size(0), x.size(1), [&](std::int64_t begin, std::int64_t end) {
            const kernels::RotateArgs<T> args {.rows = end - begin,
                .heads = heads,
                .headDim = cos.size(1),
                .x = from(rowsOf<T>(x), begin),
                .positions = from(pointerOf<const std::int32_t>(positions), begin),
                .cos = pointerOf<const T>(cos),
                .sin = pointerOf<const T>(sin),
                .back = back};
            tableFor<T>(x.device()).rotate(args, currentStream(x.device()));
        });
    });
}

void rotateBack(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, const at::Tensor& positions,
    const at::Tensor& cos, const at::Tensor& sin, const at::Tensor& to)
{
    withElementType(to.scalar_type(), [&]<typename T>(T*) {
        const kernels::RotateArgs<T> args {.rows = to.size(0),
            .heads = (query.size(1) + key.size(1)) / cos.size(1),
            .headDim = cos.size(1),
            .x = rowsOf<T>(to),
            .query = rowsOf<const T>(query),
            .key = rowsOf<const T>(key),
            .value = rowsOf<const T>(value),
            .kvHeads = key.size(1) / cos.size(1),
            .positions = pointerOf<const std::int32_t>(positions),
            .cos = pointerOf<const T>(cos),
            .sin = pointerOf<const T>(sin),
            .back = true};
        tableFor<T>(to.device()).rotate(args, currentStream(to.device()));
    });
}

void swiGlu(const at::Tensor& gateUp, const at::Tensor& out)
{
    withElementType(out.scalar_type(), [&]<typename T>(T*) {
        forRows(out.device(), out.size(0), out.size(1), [&](std::int64_t begin, std::int64_t end) {
            const kernels::SwiGluArgs<T> args {.rows = end - begin,
                .width = out.size(1),
                .gateUp = from(rowsOf<const T>(gateUp), begin),
                .out = from(rowsOf<T>(out), begin)};
            tableFor<T>(out.device()).swiGlu(args, currentStream(out.device()));
        });
    });
}

void swiGluBackward(const at::Tensor& gateUp, const at::Tensor& dOut)
{
    withElementType(dOut.scalar_type(), [&]<typename T>(T*) {
        forRows(dOut.device(), dOut.size(0), dOut.size(1), [&](std::int64_t begin, std::int64_t end) {
            tableFor<T>(dOut.device())
                .swiGluBackward(backwardArgs<T>(gateUp.slice(0, begin, end), dOut.slice(0, begin, end)),
                    currentStream(dOut.device()));
        });
    });
}

bool swiGluBackwardWithFactors(
    const at::Tensor& gateUp, const at::Tensor& dOut, const GatedFactors& factors, at::Tensor& scratch)
{
    return withElementType(dOut.scalar_type(), [&]<typename T>(T*) {
        using A = Wide<T>;
        const auto function = tableFor<T>(dOut.device()).swiGluThin;
        if (function == nullptr)
            return false;
        if (dOut.is_cuda())
            scratch = bufferRows(scratch, 1, kernels::swiGluThinScratch(dOut.size(0), dOut.size(1)),
                dOut.options().dtype(wideType(dOut.scalar_type())));
        const auto sumOf = [](const ThinFactor& of) {
            return kernels::FactorSum<T> {.thin = rowsOf<const T>(of.thin),
                .sums = rowsOf<A>(of.sums),
                .rank = of.thin.defined() ? of.thin.size(1) : 0};
        };
        const auto productOf = [](const ThinFactor& of) {
            return kernels::FactorProduct<T> {.factor = rowsOf<const T>(of.factor), .out = rowsOf<T>(of.product)};
        };
        const kernels::SwiGluThinArgs<T> args {.gradient = backwardArgs<T>(gateUp, dOut),
            .ofGate = sumOf(factors[0]),
            .ofUp = sumOf(factors[1]),
            .ofOut = sumOf(factors[2]),
            .byGate = productOf(factors[0]),
            .byUp = productOf(factors[1]),
            .scratch = pointerOf<A>(scratch)};
        return function(args, currentStream(dOut.device()));
    });
}

void crossEntropy(
    const at::Tensor& logits, const at::Tensor& targets, const at::Tensor& losses, const at::Tensor& scale)
{
    withElementType(logits.scalar_type(), [&]<typename T>(T*) {
        forRows(logits.device(), logits.size(0), logits.size(1), [&](std::int64_t begin, std::int64_t end) {
            const kernels::CrossEntropyArgs<T> args {.rows = end - begin,
                .vocabulary = logits.size(1),
                .logits = from(rowsOf<T>(logits), begin),
                .targets = from(pointerOf<const std::int64_t>(targets), begin),
                .losses = from(pointerOf<Wide<T>>(losses), begin),
                .scale = pointerOf<const Wide<T>>(scale)};
            tableFor<T>(logits.device()).crossEntropy(args, currentStream(logits.device()));
        });
    });
}

} // namespace spectune::ops
