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

/// Logits of the rows that are taken at once. @param rows of one worker
[[nodiscard]] Bytes chunkOfLogits(const Plan& plan, std::int64_t rows);

/// Buffers that every pass uses again, and the most that is made and dropped beside them.
[[nodiscard]] Bytes workspace(const Plan& plan);

} // namespace spectune::memory
