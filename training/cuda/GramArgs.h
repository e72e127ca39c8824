// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace spectune::kernels {

/// One factor of an arena, a module's Q or Pᵀ: [rank, width].
struct GramFactor {
    std::int64_t values = 0; ///< its first element in the arena and its twins
    std::int64_t rank = 0;
    std::int64_t width = 0;
};

/// How far the rows of every factor F are from orthonormal, ‖F Fᵀ − I‖, and what that adds to the gradients: with
/// M = F Fᵀ it is 2 γ / n · (M − I) F / ‖M − I‖ (0 where the norm is), n the number of all factors, or for the squared
/// norm 4 γ (M − I) F.
template <typename A>
struct GramArgs {
    const GramFactor* factors = nullptr; ///< in the memory of the device
    std::int64_t count = 0;
    std::int64_t all = 0; ///< n, of which these may be a part
    std::int64_t mostRows = 0; ///< rank of the largest factor
    std::int64_t widest = 0;
    const A* values = nullptr;
    A* gradients = nullptr; ///< added to
    A* errors = nullptr; ///< [count, mostRows²]: M − I of a factor, [rank, rank], at the begin of its part
    A* norms = nullptr; ///< [count]
    double gamma = 0.0; ///< 0: norms alone
    bool squared = false;
};

} // namespace spectune::kernels
