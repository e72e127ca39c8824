// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <optional>

namespace spectune {

/// A frozen linear layer of the base model: y = x Wᵀ + b.
struct FrozenLinear {
    at::Tensor weight; // [out, in], in the base's type
    at::Tensor bias; // [out], undefined where there is none
};

/// The triplets of one module as views into the run's TripletArena.
/// Rows are triplets, so that a triplet is contiguous: P is kept transposed.
struct TripletViews {
    at::Tensor q; // [r, in]
    at::Tensor pT; // [r, out]
    at::Tensor lambda; // [r]
    double scale = 1.0; ///< s
};

/// Dropout on the adapters' input, each module with a mask of its own.
struct DropoutPass {
    double probability = 0.0;
    std::optional<at::Generator> generator;
    at::Tensor masked {}; ///< scratch, [T, in]: of one pass, not to be copied from then on
    at::Tensor weight {}; ///< 1/(1 − p), scalar, once it has been wanted
};

/// y = x Wᵀ + b + s · ((x Qᵀ) ∘ λ) Pᵀ without gradients, for evaluation and generation.
/// @param x [..., in] in the base's type; the triplets' product runs in the triplets' type
/// @param triplets may be null: the base alone
[[nodiscard]] at::Tensor linearForward(const at::Tensor& x, const FrozenLinear& base, const TripletViews* triplets);

} // namespace spectune
