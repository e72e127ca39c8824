// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/cuda/KernelArgs.h"

#include <cstdint>

namespace spectune::kernels {

/// sums += thinᵀ m, with a matrix m that is made on the way.
template <typename T>
struct FactorSum {
    Rows<const T> thin; // [rows, rank]
    Rows<Wide<T>> sums; // [rank, width], added to
    std::int64_t rank = 0; ///< 0: not wanted
};

/// out = m · factor, likewise.
template <typename T>
struct FactorProduct {
    Rows<const T> factor; // [width, rank]
    Rows<T> out; // [rows, rank]; overwritten
};

/// swiGluBackward() and, while its results are at hand, the gradients of factors that are thin products with them: each
/// would read all of them again.
template <typename T>
struct SwiGluThinArgs {
    static constexpr std::int64_t mostRank = 16; ///< of each
    static constexpr int columns = 512; ///< that are added up at once
    static constexpr int mostParts = 12; ///< of a batch: each has sums of its own, which are added in their order
    static constexpr std::int64_t unit = 8; ///< ranks and width are multiples, and rows begin on so many elements

    SwiGluBackwardArgs<T> gradient; ///< on the CPU with `out`, which its products read
    FactorSum<T> ofGate; ///< with the gradient of gate
    FactorSum<T> ofUp;
    FactorSum<T> ofOut; ///< with out
    FactorProduct<T> byGate; ///< of the gradient of gate, of ofGate's rank
    FactorProduct<T> byUp;
    Wide<T>* scratch = nullptr; ///< swiGluThinScratch(rows, width) elements; null on the CPU
};

/// Elements of `scratch`: sums by part of the batch, then products by columns.
[[nodiscard]] constexpr std::int64_t swiGluThinScratch(std::int64_t rows, std::int64_t width) noexcept
{
    using Args = SwiGluThinArgs<BFloat16>;
    const std::int64_t blocks = (width + Args::columns - 1) / Args::columns;
    return Args::mostRank * (3 * Args::mostParts * width + 2 * blocks * rows);
}

} // namespace spectune::kernels
