// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/cuda/Elements.h"

#include <cstdint>

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

/// Several of them, over one batch.
template <typename T>
struct ThinRowArgs {
    static constexpr std::int64_t most = 8; ///< products at once
    static constexpr std::int64_t mostRank = 64; ///< of each
    static constexpr std::int64_t unit = 8; ///< ranks and depths are multiples, and rows begin on so many elements

    ThinRow<T> products[most];
    std::int64_t count = 0;
    std::int64_t rows = 0;
};

} // namespace spectune::kernels
