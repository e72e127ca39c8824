// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/nn/PackedBatch.h"
#include "training/nn/Rotary.h"

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace spectune {

/// The form of a block's attention.
struct AttentionForm {
    std::int64_t heads = 0;
    std::int64_t kvHeads = 0;
    std::int64_t headDim = 0;
    std::int64_t window = 0; ///< keys a query sees, itself included; 0: all before it
    bool lengthsRecur = true; ///< false: of samples that come once; cuDNN would plan each length anew, 50 ms each
};

/// What the backward needs of an attention's forward.
struct AttentionSaved {
    at::Tensor out; // [T, heads · headDim]
    at::Tensor logSumExp; // [heads, T]; as ATen's kernel gives it, where that is taken
    at::Tensor seed; ///< of ATen's kernels, which ask for both back; unused, there is no dropout
    at::Tensor offset;
};

/// Causal attention of packed samples, in FlashAttention's formulation (Dao et al. 2022): the matrix of probabilities
/// never exists as a whole. For half precision on CUDA cuDNN's forward (samples of one length) or ATen's flash
/// attention, else our own kernels. Grouped key heads are never expanded. Nothing waits for the device.
/// @param qkv [T, (heads + 2 kvHeads) · headDim], after the rotation @param saved its buffers are used again where they
/// fit
void attentionForward(const at::Tensor& qkv, const PackedBatch& batch, const AttentionForm& form, at::Tensor& scratch,
    AttentionSaved& saved);

/// The gradient before the rotation.
/// @param dOut [T, heads · headDim] @param dQkv [T, (heads + 2 kvHeads) · headDim], overwritten
void attentionBackward(const at::Tensor& qkv, const PackedBatch& batch, const AttentionForm& form,
    const AttentionSaved& saved, const at::Tensor& dOut, const Rotary& rotary, at::Tensor& scratch,
    const at::Tensor& dQkv);

} // namespace spectune
