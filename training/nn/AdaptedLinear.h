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

/// The triplets of one module as views into the run's TripletArena, and where their gradients go.
/// Rows are triplets, so that a triplet is contiguous: P is kept transposed.
struct TripletViews {
    at::Tensor q; // [r, in]
    at::Tensor pT; // [r, out]
    at::Tensor lambda; // [r]
    at::Tensor qGrad; // [r, in], accumulated in place by backward; undefined where nothing is trained
    at::Tensor pTGrad; // [r, out]
    at::Tensor lambdaGrad; // [r]; undefined where λ is fixed (lora, prune-lora)
    double scale = 1.0; ///< s
};

/// What a training forward needs beside the triplets.
struct AdapterPass {
    at::Tensor anchor; ///< a leaf that requires gradient, so that backward reaches adapters above frozen inputs
    double dropout = 0.0; ///< probability, on the adapter's input only
    std::optional<at::Generator> generator; ///< of dropout
};

/// y = x Wᵀ + b + s · ((drop(x) Qᵀ) ∘ λ) Pᵀ.
///
/// One autograd node: it saves x alone, recomputes x Qᵀ, has no gradient for W, and adds the triplets' gradients straight
/// to their views. @param x [..., in] in the base's type; the triplets' product runs in the triplets' type.
[[nodiscard]] at::Tensor adaptedLinear(
    const at::Tensor& x, const FrozenLinear& base, const TripletViews& triplets, const AdapterPass& pass);

/// The same without gradients, for evaluation and generation; @p triplets may be null: the base alone.
[[nodiscard]] at::Tensor linearForward(const at::Tensor& x, const FrozenLinear& base, const TripletViews* triplets);

} // namespace spectune
