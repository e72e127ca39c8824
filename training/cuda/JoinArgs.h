// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/cuda/Elements.h"

#include <cstdint>

// Between a triplet arena and the weights that its triplets are joined to (see SharedTriplets in training/nn).
namespace spectune::kernels {

/// One factor, a module's Q or Pᵀ: its place in the arena, [rank, width], and where training multiplies with it.
struct JoinedFactor {
    std::int64_t values = 0; ///< its first element in the arena and its twins
    std::int64_t lambda = -1; ///< of a P: the first of its λ there; of a Q: −1
    std::int64_t rank = 0;
    std::int64_t joinedRank = 0; ///< rows or columns that it has there; those beyond its rank are 0
    std::int64_t width = 0;
    void* joined = nullptr; ///< of a Q: its first row; of a P: its first column, for there P is not transposed
    std::int64_t stride = 0; ///< elements from row to row of the joined weights
    std::int64_t sums = 0; ///< its first row in what backwards add up
    std::int64_t sumsStride = 0;
};

/// Joined weights ← Q, and s · λ ∘ P.
template <typename T>
struct JoinArgs {
    const JoinedFactor* factors = nullptr; ///< in the memory of the device
    std::int64_t count = 0;
    std::int64_t widest = 0; ///< width of the widest factor
    const Wide<T>* values = nullptr;
    double scale = 1.0; ///< s
};

/// Gradients ← what follows from sums. With G = (x Qᵀ)ᵀ dy of a module, [rank, out]: ∂C/∂Pᵀ = s · λ ∘ G and
/// ∂C/∂λ_i = s · Σ_j Pᵀ_ij G_ij.
template <typename A>
struct CollectArgs {
    const JoinedFactor* factors = nullptr; ///< in the memory of the device
    std::int64_t count = 0;
    std::int64_t mostRows = 0; ///< rank of the largest factor
    const A* values = nullptr;
    const A* sums = nullptr;
    A* gradients = nullptr;
    double scale = 1.0; ///< s
    bool trainsLambda = true; ///< false: the gradient of λ stays as it is
};

} // namespace spectune::kernels
