// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/cuda/Elements.h"

#include <cstdint>

// Products with one thin factor: what a projection onto a few ranks and its gradients are made of.
namespace spectune::kernels {

/// out = x · factor, a few columns from long rows: the gradient of a projection onto a factor's rank.
template <typename T>
struct ThinRow {
    Rows<const T> x; // [rows, depth]
    Rows<const T> factor; // [depth, rank]
    Rows<T> out; // [rows, rank]
    std::int64_t rank = 0;
    std::int64_t depth = 0;
};

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
template <typename Product, std::int64_t Most>
struct ThinArgs {
    static constexpr std::int64_t most = Most; ///< products at once
    static constexpr std::int64_t mostRank = 64; ///< of each
    static constexpr std::int64_t unit = 8; ///< ranks, widths and depths are multiples, rows begin on so many elements

    Product products[most];
    std::int64_t count = 0;
    std::int64_t rows = 0;
};

template <typename T>
using ThinRowArgs = ThinArgs<ThinRow<T>, 8>;
template <typename T>
using ThinSumArgs = ThinArgs<ThinSum<T>, 16>;

} // namespace spectune::kernels
