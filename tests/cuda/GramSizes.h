// SPDX-License-Identifier: GPL-3.0-or-later
// What rounding can make of a factor's orthogonality: of its Gram matrix, of the norm and of the gradient.
#pragma once

#include "tests/cuda/GpuCheck.h"

#include <ATen/ATen.h>

#include <cstdint>

namespace spectune::test {

/// Of F, [rank, width], M = F Fᵀ and E = M − I.
struct GramSizes {
    at::Tensor errors; ///< |F| |F|ᵀ + I: the terms of E
    double size = 0.0; ///< their norm, that of the terms of ‖E‖
    double norm = 0.0; ///< ‖E‖
    at::Tensor gradient; ///< of the terms of weight · E F

    /// @param weight of the gradient, 2 γ / n for the norm (by which it is divided), 4 γ for its square
    GramSizes(const at::Tensor& factor, double weight, bool squared)
    {
        const at::Tensor f = inDouble(factor);
        const at::Tensor one = at::eye(f.size(0), at::kDouble);
        errors = at::mm(f.abs(), f.abs().t()) + one;
        size = errors.norm().item<double>();
        norm = (at::mm(f, f.t()) - one).norm().item<double>();
        // The norm that divides is as wrong as its terms are large against it.
        const double share = squared ? 1.0 : norm > 0.0 ? (1.0 + size / norm) / norm : 0.0;
        gradient = at::mm(errors, f.abs()) * (weight * share);
    }

    /// An element of E is a sum over the width.
    [[nodiscard]] static Roundings ofErrors(std::int64_t width) { return {.terms = static_cast<double>(width) + 2.0}; }
    /// ‖E‖ is the root of a sum of rank² squares of those.
    [[nodiscard]] static Roundings ofNorm(std::int64_t rank, std::int64_t width)
    {
        return {.terms = static_cast<double>(width + rank * rank) + 8.0};
    }
    /// An element of the gradient is a sum over the rank of E's, by the norm.
    [[nodiscard]] static Roundings ofGradient(std::int64_t rank, std::int64_t width)
    {
        return {.terms = static_cast<double>(width + rank * rank + rank) + 16.0};
    }
};

} // namespace spectune::test
