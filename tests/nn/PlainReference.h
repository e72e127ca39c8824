// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/data/Batcher.h"
#include "training/nn/AttentionOp.h"
#include "training/nn/DecoderModel.h"
#include "training/nn/TripletArena.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

/// Every piece that training/nn has written out by hand, as plain ATen operations that autograd differentiates.
namespace spectune::testing::plain {

/// w ∘ x / sqrt(mean(x²) + eps). @param x [rows, width]
[[nodiscard]] at::Tensor rmsNorm(const at::Tensor& x, const at::Tensor& weight, double eps);

/// The first @p heads heads of each row turned.
/// @param x [rows, >= heads · headDim] @param cos, sin [positions, headDim]
[[nodiscard]] at::Tensor rotate(
    const at::Tensor& x, std::int64_t heads, const at::Tensor& positions, const at::Tensor& cos, const at::Tensor& sin);

/// position · θ^(−2i/d), the second half repeating the first. [positions, headDim] float64
[[nodiscard]] at::Tensor angles(std::int64_t positions, std::int64_t headDim, double theta);

/// @param gateUp [rows, 2 · width]
[[nodiscard]] at::Tensor swiGlu(const at::Tensor& gateUp);

/// @param qkv [rows, (heads + 2 kvHeads) · headDim] @param lengths of the sequences that lie in it end to end
[[nodiscard]] at::Tensor attention(
    const at::Tensor& qkv, const std::vector<std::int64_t>& lengths, const AttentionForm& form);

/// log(Σ e^logits) − logits[target] of each row.
[[nodiscard]] at::Tensor crossEntropy(const at::Tensor& logits, const at::Tensor& targets);

/// s · ((x ∘ mask) Qᵀ ∘ λ) Pᵀ. @param mask may be undefined
[[nodiscard]] at::Tensor update(const at::Tensor& x, const TripletViews& triplets, const at::Tensor& mask);

/// Sequences end to end.
struct Tokens {
    at::Tensor ids; // [T]
    at::Tensor targets; // [T], −100: bears no loss
    std::vector<std::int64_t> lengths;

    /// All positions, padded ones too.
    [[nodiscard]] static Tokens padded(const Batch& batch);
    /// Each sample up to its last target that bears loss; what TrainingPass draws its masks for.
    [[nodiscard]] static Tokens cut(const Batch& batch);
};

/// The model's whole loss over the triplets in @p values.
struct Loss {
    const DecoderModel& model;
    const ModuleLayout& layout;
    const ArenaOrder& order;
    at::Tensor values; // flat, in the arena's order; a leaf
    double scale = 1.0;
    DropoutPass dropout; ///< its generator is drawn from in the training pass's order

    /// Σ crossEntropy / @p normalizer over the targets that bear loss.
    [[nodiscard]] at::Tensor operator()(const Tokens& tokens, double normalizer) const;

private:
    [[nodiscard]] at::Tensor project(std::int64_t layer, InputSet set, const at::Tensor& x) const;
    [[nodiscard]] at::Tensor block(std::int64_t layer, const at::Tensor& x, const Tokens& tokens) const;
};

} // namespace spectune::testing::plain
