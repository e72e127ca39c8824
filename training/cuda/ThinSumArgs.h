// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/cuda/Elements.h"

#include <cstdint>

namespace spectune::kernels {

/// sums += thinᵀ wide, a few rows of sums over all rows of a batch: the gradient of one factor.
template <typename T>
struct ThinSum {
    Rows<const T> thin; // [rows, rank]
    Rows<const T> wide; // [rows, width]
    Rows<Wide<T>> sums; // [rank, width], added to
    std::int64_t rank = 0;
    std::int64_t width = 0;
};

/// Several of them, over one batch.
template <typename T>
struct ThinSumArgs {
    static constexpr std::int64_t most = 16; ///< sums at once
    static constexpr std::int64_t mostRank = 64; ///< of each
    static constexpr std::int64_t unit = 8; ///< ranks and widths are multiples, and rows begin on so many elements

    ThinSum<T> products[most];
    std::int64_t count = 0;
    std::int64_t rows = 0;
};

} // namespace spectune::kernels
