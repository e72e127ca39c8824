// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/MemoryPlan.h"

#include <cstdint>

namespace spectune::memory {

/// Of the gated product's backward that makes its factors' gradients too: sums by part of the batch, then products by
/// columns, all float32. The twin of swiGluThinScratch() in cuda/SwiGluThinArgs.h, which may not be included here;
/// tst_memorypeak holds them equal.
[[nodiscard]] constexpr Bytes gatedBackwardScratch(std::int64_t rows, std::int64_t feedForward) noexcept
{
    constexpr std::int64_t mostRank = 16;
    constexpr std::int64_t parts = 12;
    constexpr std::int64_t columns = 512;
    const std::int64_t blocks = (feedForward + columns - 1) / columns;
    return 4 * mostRank * (3 * parts * feedForward + 2 * blocks * rows);
}

/// What flash attention's backward makes and drops on CUDA in bfloat16, adding up in one order as nn/AttentionOp.cpp
/// asks for: the gradients of q, k and v, those of k and v by query head where heads share a key head, and in float32
/// Σ dO ∘ O and the sums for q, a copy for each of the blocks that work on one head. By dk_expanded, softmax_d and
/// dq_accum of mha_varlen_bwd() in PyTorch's aten/src/ATen/native/transformers/cuda/flash_attn/flash_api.cpp; mha_bwd()
/// there, for samples of one length, needs up to 128 rows a sample less. @param rows of all @p samples
[[nodiscard]] Bytes flashBackward(const ModelShape& shape, std::int64_t samples, std::int64_t rows);

/// Logits of the rows that are taken at once. @param rows of one worker
[[nodiscard]] Bytes chunkOfLogits(const Plan& plan, std::int64_t rows);

/// Buffers that every pass uses again, and the most that is made and dropped beside them.
[[nodiscard]] Bytes workspace(const Plan& plan);

} // namespace spectune::memory
