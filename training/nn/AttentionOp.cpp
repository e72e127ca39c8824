// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/AttentionOp.h"

#include "training/nn/Buffer.h"
#include "training/nn/FusedOps.h"
#include "training/nn/KernelTypes.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <ATen/record_function.h>

#include <cmath>

namespace spectune {

namespace {

using kernels::Wide;

double scaleOf(const AttentionForm& form)
{
    return 1.0 / std::sqrt(static_cast<double>(form.headDim));
}

/// q, k, v of @p qkv as [T, heads, headDim].
struct Parts {
    at::Tensor q;
    at::Tensor k;
    at::Tensor v;
};

Parts partsOf(const at::Tensor& qkv, const AttentionForm& form)
{
    const at::Tensor all = qkv.unflatten(1, {form.heads + 2 * form.kvHeads, form.headDim});
    return {.q = all.narrow(1, 0, form.heads),
        .k = all.narrow(1, form.heads, form.kvHeads),
        .v = all.narrow(1, form.heads + form.kvHeads, form.kvHeads)};
}

template <typename T>
kernels::AttentionArgs<T> arguments(const at::Tensor& qkv, const PackedBatch& batch, const AttentionForm& form,
    const AttentionSaved& saved, at::Tensor& scratch, bool isBackward)
{
    const std::int64_t sums = isBackward ? form.heads * batch.rows() : 0; // that CUDA's kernels hand on
    const std::int64_t elements = qkv.is_cuda() ? sums : kernels::attentionScratch(batch.longest, form.headDim);
    return {.sequences = batch.samples(),
        .longest = batch.longest,
        .offsets = ops::pointerOf<const std::int32_t>(batch.offsets),
        .heads = form.heads,
        .kvHeads = form.kvHeads,
        .headDim = form.headDim,
        .window = form.window,
        .scale = scaleOf(form),
        .qkv = ops::rowsOf<const T>(qkv),
        .out = ops::rowsOf<T>(saved.out),
        .logSumExp = ops::pointerOf<Wide<T>>(saved.logSumExp),
        .scratch = ops::pointerOf<Wide<T>>(
            bufferRows(scratch, 1, elements, qkv.options().dtype(ops::wideType(qkv.scalar_type()))))};
}

// ---- CUDA, half precision -------------------------------------------------------------------------------------------

/// Flash attention's window: keys to the left, −1 for all; none to the right.
std::optional<std::int64_t> leftOf(const AttentionForm& form)
{
    return form.window > 0 ? form.window - 1 : -1;
}

std::optional<std::int64_t> rightOf(const AttentionForm& form)
{
    return form.window > 0 ? 0 : -1;
}

/// While it lives, flash attention's backward adds up in one order, so that a run gives the same bits again. The switch
/// is the process's, but the training thread alone computes on CUDA.
class OneOrder {
public:
    OneOrder()
    {
        at::Context& context = at::globalContext();
        context.setDeterministicAlgorithms(true, /*warn_only=*/false);
        context.setDeterministicFillUninitializedMemory(false); // every element is written
    }
    ~OneOrder()
    {
        at::Context& context = at::globalContext();
        context.setDeterministicAlgorithms(m_before, m_warned);
        context.setDeterministicFillUninitializedMemory(m_filled);
    }
    OneOrder(const OneOrder&) = delete;
    OneOrder& operator=(const OneOrder&) = delete;

private:
    bool m_before = at::globalContext().deterministicAlgorithms();
    bool m_warned = at::globalContext().deterministicAlgorithmsWarnOnly();
    bool m_filled = at::globalContext().deterministicFillUninitializedMemory();
};

void flashForward(const at::Tensor& qkv, const PackedBatch& batch, const AttentionForm& form, AttentionSaved& saved)
{
    const Parts parts = partsOf(qkv, form);
    auto result = at::_flash_attention_forward(parts.q, parts.k, parts.v, batch.offsets, batch.offsets, batch.longest,
        batch.longest, 0.0, /*is_causal=*/true, /*return_debug_mask=*/false, scaleOf(form), leftOf(form),
        rightOf(form));
    saved.out = std::get<0>(result).flatten(1);
    saved.logSumExp = std::get<1>(result);
    saved.seed = std::get<2>(result);
    saved.offset = std::get<3>(result);
}

void flashBackward(const at::Tensor& qkv, const PackedBatch& batch, const AttentionForm& form,
    const AttentionSaved& saved, const at::Tensor& dOut, const Rotary& rotary, const at::Tensor& dQkv)
{
    const Parts parts = partsOf(qkv, form);
    const at::Tensor out = saved.out.unflatten(1, {form.heads, form.headDim});
    const OneOrder guard;
    const auto [dq, dk, dv] = at::_flash_attention_backward(dOut.unflatten(1, {form.heads, form.headDim}), parts.q,
        parts.k, parts.v, out, saved.logSumExp, batch.offsets, batch.offsets, batch.longest, batch.longest, 0.0,
        /*is_causal=*/true, saved.seed, saved.offset, scaleOf(form), leftOf(form), rightOf(form));
    ops::rotateBack(dq.flatten(1), dk.flatten(1), dv.flatten(1), batch.positions, rotary.cos(), rotary.sin(), dQkv);
}

/// cuDNN's forward is up to twice as fast on Hopper, but its form for samples of different lengths is not to be had
/// through ATen 2.11 (it reads beyond its memory there).
bool usesCudnn(const PackedBatch& batch, const AttentionForm& form)
{
    return form.lengthsRecur && batch.isEven() && batch.longest > 1 && form.window == 0 && form.headDim <= 128
        && at::globalContext().userEnabledCuDNNSDP() && at::detail::getCUDAHooks().hasCuDNN();
}

/// Heads of [T, heads, headDim] as [samples, heads, longest, headDim], a view.
at::Tensor bySample(const at::Tensor& rows, const PackedBatch& batch)
{
    return rows.unflatten(0, {batch.samples(), batch.longest}).transpose(1, 2);
}

void cudnnForward(const at::Tensor& qkv, const PackedBatch& batch, const AttentionForm& form, AttentionSaved& saved)
{
    const Parts parts = partsOf(qkv, form);
    auto result = at::_scaled_dot_product_cudnn_attention(bySample(parts.q, batch), bySample(parts.k, batch),
        bySample(parts.v, batch), std::nullopt, /*compute_log_sumexp=*/true, 0.0, /*is_causal=*/true,
        /*return_debug_mask=*/false, scaleOf(form));
    saved.out = std::get<0>(result).transpose(1, 2).reshape({qkv.size(0), form.heads * form.headDim});
    saved.logSumExp = std::get<1>(result).view({batch.samples(), form.heads, batch.longest});
    saved.seed = std::get<6>(result);
    saved.offset = std::get<7>(result);
}

/// Of cuDNN's forward. Its own backward adds up in any order, and ATen 2.11 has no switch for that. On an H200 that is
/// 2 to 4 % of a step faster, 7 % where a step is one short sample: what the same bits cost.
void evenBackward(const at::Tensor& qkv, const PackedBatch& batch, const AttentionForm& form,
    const AttentionSaved& saved, const at::Tensor& dOut, const Rotary& rotary, const at::Tensor& dQkv)
{
    const Parts parts = partsOf(qkv, form);
    const auto samples = [&](const at::Tensor& rows) { return rows.unflatten(0, {batch.samples(), batch.longest}); };
    const auto heads = [&](const at::Tensor& rows) { return samples(rows.unflatten(1, {form.heads, form.headDim})); };
    const OneOrder guard;
    const auto [dq, dk, dv] = at::_flash_attention_backward(heads(dOut), samples(parts.q), samples(parts.k),
        samples(parts.v), heads(saved.out), saved.logSumExp, at::Tensor(), at::Tensor(), batch.longest, batch.longest,
        0.0, /*is_causal=*/true, saved.seed, saved.offset, scaleOf(form));
    const auto rows = [](const at::Tensor& perSample) { return perSample.flatten(0, 1).flatten(1); };
    ops::rotateBack(rows(dq), rows(dk), rows(dv), batch.positions, rotary.cos(), rotary.sin(), dQkv);
}

/// Half precision on CUDA has ATen's kernels, on tensor cores, for heads that these can read.
bool usesFlash(const at::Tensor& qkv, const AttentionForm& form)
{
    return qkv.is_cuda() && qkv.scalar_type() == at::kBFloat16 && form.headDim % 8 == 0;
}

} // namespace

void attentionForward(const at::Tensor& qkv, const PackedBatch& batch, const AttentionForm& form, at::Tensor& scratch,
    AttentionSaved& saved)
{
    RECORD_FUNCTION("spectune::attention", {});
    if (usesFlash(qkv, form))
        return usesCudnn(batch, form) ? cudnnForward(qkv, batch, form, saved) : flashForward(qkv, batch, form, saved);
    const std::int64_t rows = qkv.size(0);
    const at::TensorOptions wide = qkv.options().dtype(ops::wideType(qkv.scalar_type()));
    saved.out = bufferRows(saved.out, rows, form.heads * form.headDim, qkv.options());
    saved.logSumExp = bufferRows(saved.logSumExp, form.heads, rows, wide);
    ops::withElementType(qkv.scalar_type(), [&]<typename T>(T*) {
        ops::tableFor<T>(qkv.device())
            .attention(
                arguments<T>(qkv, batch, form, saved, scratch, /*isBackward=*/false), ops::currentStream(qkv.device()));
    });
}

void attentionBackward(const at::Tensor& qkv, const PackedBatch& batch, const AttentionForm& form,
    const AttentionSaved& saved, const at::Tensor& dOut, const Rotary& rotary, at::Tensor& scratch,
    const at::Tensor& dQkv)
{
    RECORD_FUNCTION("spectune::attentionBackward", {});
    if (usesFlash(qkv, form))
        return usesCudnn(batch, form) ? evenBackward(qkv, batch, form, saved, dOut, rotary, dQkv)
                                      : flashBackward(qkv, batch, form, saved, dOut, rotary, dQkv);
    ops::withElementType(qkv.scalar_type(), [&]<typename T>(T*) {
        const kernels::AttentionBackwardArgs<T> args {
            .forward = arguments<T>(qkv, batch, form, saved, scratch, /*isBackward=*/true),
            .dOut = ops::rowsOf<const T>(dOut),
            .dQkv = ops::rowsOf<T>(dQkv)};
        ops::tableFor<T>(qkv.device()).attentionBackward(args, ops::currentStream(qkv.device()));
    });
    ops::rotate(dQkv, form.heads + form.kvHeads, batch.positions, rotary.cos(), rotary.sin(), /*back=*/true);
}

} // namespace spectune
