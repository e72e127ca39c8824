// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/FusedOps.h"

#include "training/nn/Buffer.h"
#include "training/nn/KernelTypes.h"

#include <ATen/ATen.h>
#include <ATen/record_function.h>
#include <c10/core/impl/VirtualGuardImpl.h>

namespace spectune::ops {

using kernels::Wide;

namespace {

template <typename T>
kernels::SwiGluBackwardArgs<T> backwardArgs(const at::Tensor& gateUp, const at::Tensor& dOut, bool wantsOut)
{
    return {.rows = dOut.size(0),
        .width = dOut.size(1),
        .gateUp = rowsOf<const T>(gateUp),
        .dOut = rowsOf<const T>(dOut),
        .dGateUp = rowsOf<T>(gateUp),
        .out = wantsOut ? rowsOf<T>(dOut) : kernels::Rows<T> {}};
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
    RECORD_FUNCTION("spectune::rmsNorm", {});
    withElementType(x.scalar_type(), [&]<typename T>(T*) {
        const kernels::RmsNormArgs<T> args {.rows = x.size(0),
            .width = x.size(1),
            .x = rowsOf<const T>(x),
            .delta = rowsOf<const T>(delta),
            .sum = rowsOf<T>(sum),
            .weight = pointerOf<const T>(weight),
            .y = rowsOf<T>(y),
            .inverse = pointerOf<Wide<T>>(inverse),
            .eps = eps};
        tableFor<T>(x.device()).rmsNorm(args, currentStream(x.device()));
    });
}

void rmsNormBackward(const at::Tensor& x, const at::Tensor& inverse, const at::Tensor& weight, const at::Tensor& dy,
    const at::Tensor& dx)
{
    RECORD_FUNCTION("spectune::rmsNormBackward", {});
    withElementType(x.scalar_type(), [&]<typename T>(T*) {
        const kernels::RmsNormBackwardArgs<T> args {.rows = x.size(0),
            .width = x.size(1),
            .x = rowsOf<const T>(x),
            .inverse = pointerOf<const Wide<T>>(inverse),
            .weight = pointerOf<const T>(weight),
            .dy = rowsOf<const T>(dy),
            .dx = rowsOf<T>(dx)};
        tableFor<T>(x.device()).rmsNormBackward(args, currentStream(x.device()));
    });
}

void rotate(const at::Tensor& x, std::int64_t heads, const at::Tensor& positions, const at::Tensor& cos,
    const at::Tensor& sin, bool back)
{
    RECORD_FUNCTION("spectune::rotate", {});
    withElementType(x.scalar_type(), [&]<typename T>(T*) {
        const kernels::RotateArgs<T> args {.rows = x.size(0),
            .heads = heads,
            .headDim = cos.size(1),
            .x = rowsOf<T>(x),
            .positions = pointerOf<const std::int32_t>(positions),
            .cos = pointerOf<const T>(cos),
            .sin = pointerOf<const T>(sin),
            .back = back};
        tableFor<T>(x.device()).rotate(args, currentStream(x.device()));
    });
}

void rotateBack(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, const at::Tensor& positions,
    const at::Tensor& cos, const at::Tensor& sin, const at::Tensor& to)
{
    RECORD_FUNCTION("spectune::rotateBack", {});
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
    RECORD_FUNCTION("spectune::swiGlu", {});
    withElementType(out.scalar_type(), [&]<typename T>(T*) {
        const kernels::SwiGluArgs<T> args {
            .rows = out.size(0), .width = out.size(1), .gateUp = rowsOf<const T>(gateUp), .out = rowsOf<T>(out)};
        tableFor<T>(out.device()).swiGlu(args, currentStream(out.device()));
    });
}

void swiGluBackward(const at::Tensor& gateUp, const at::Tensor& dOut, bool wantsOut)
{
    RECORD_FUNCTION("spectune::swiGluBackward", {});
    withElementType(dOut.scalar_type(), [&]<typename T>(T*) {
        tableFor<T>(dOut.device())
            .swiGluBackward(backwardArgs<T>(gateUp, dOut, wantsOut), currentStream(dOut.device()));
    });
}

bool swiGluBackwardWithFactors(
    const at::Tensor& gateUp, const at::Tensor& dOut, bool wantsOut, const GatedFactors& factors)
{
    return withElementType(dOut.scalar_type(), [&]<typename T>(T*) {
        using A = Wide<T>;
        const auto function = tableFor<T>(dOut.device()).swiGluThin;
        if (function == nullptr)
            return false;
        at::Tensor scratch; // not kept: attention's backward takes more from the same allocator
        if (dOut.is_cuda())
            scratch = at::empty({kernels::swiGluThinScratch(dOut.size(0), dOut.size(1))},
                dOut.options().dtype(wideType(dOut.scalar_type())));
        const auto sumOf = [](const ThinFactor& of) {
            return kernels::FactorSum<T> {.thin = rowsOf<const T>(of.thin),
                .sums = rowsOf<A>(of.sums),
                .rank = of.thin.defined() ? of.thin.size(1) : 0};
        };
        const auto productOf = [](const ThinFactor& of) {
            return kernels::FactorProduct<T> {.factor = rowsOf<const T>(of.factor), .out = rowsOf<T>(of.product)};
        };
        const kernels::SwiGluThinArgs<T> args {.gradient = backwardArgs<T>(gateUp, dOut, wantsOut || dOut.is_cpu()),
            .ofGate = sumOf(factors[0]),
            .ofUp = sumOf(factors[1]),
            .ofOut = sumOf(factors[2]),
            .byGate = productOf(factors[0]),
            .byUp = productOf(factors[1]),
            .scratch = pointerOf<A>(scratch)};
        RECORD_FUNCTION("spectune::swiGluBackwardWithFactors", {});
        return function(args, currentStream(dOut.device()));
    });
}

void crossEntropy(
    const at::Tensor& logits, const at::Tensor& targets, const at::Tensor& losses, const at::Tensor& scale)
{
    RECORD_FUNCTION("spectune::crossEntropy", {});
    withElementType(logits.scalar_type(), [&]<typename T>(T*) {
        const kernels::CrossEntropyArgs<T> args {.rows = logits.size(0),
            .vocabulary = logits.size(1),
            .logits = rowsOf<T>(logits),
            .targets = pointerOf<const std::int64_t>(targets),
            .losses = pointerOf<Wide<T>>(losses),
            .scale = pointerOf<const Wide<T>>(scale)};
        tableFor<T>(logits.device()).crossEntropy(args, currentStream(logits.device()));
    });
}

} // namespace spectune::ops
