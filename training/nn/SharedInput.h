// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/nn/AdaptedLinear.h"

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace spectune {

/// The frozen linear layers that read one input, their weights one below the other.
struct SharedLinear {
    at::Tensor weight; // [Σ out, in]
    at::Tensor bias; // [Σ out], undefined where there is none
    std::vector<std::int64_t> begins; ///< first row of each
};

/// The triplets of the modules that read one input, as views into a run's TripletArena: their Q's lie one below the other.
/// Values are in the base's type, gradients in the arena's.
struct SharedTriplets {
    struct Member {
        at::Tensor pT; // [r, out]
        at::Tensor pTGrad; // [r, out]
        std::size_t position = 0; ///< in SharedLinear::begins
        std::int64_t rank = 0;
    };
    at::Tensor q; // [R, in], R = members · r
    at::Tensor qGrad; // [R, in]
    at::Tensor lambda; // [R], s · λ
    at::Tensor lambdaGrad; // [R]; undefined where λ is fixed
    double scale = 1.0; ///< s, for λ's gradient
    std::vector<Member> members;

    [[nodiscard]] std::int64_t rows() const { return q.size(0); }
};

/// What a pass over the modules of one input keeps for the backward, and what both use.
struct SharedInputBuffers {
    at::Tensor u; // [T, R], x Qᵀ; kept
    std::vector<at::Tensor> masks; // of dropout, [T, in] a member; kept, empty without
    at::Tensor scaled; // [T, R]
    at::Tensor du; // [T, R]
};

/// y = x Wᵀ + b, and in each adapted module's columns + s · ((drop(x) Qᵀ) ∘ λ) Pᵀ.
/// @param x [T, in] @param triplets null: not adapted
/// @param y [T, Σ out], overwritten; undefined: only what the backward needs is kept
void sharedInputForward(const at::Tensor& x, const SharedLinear& base, const SharedTriplets* triplets,
    const DropoutPass& dropout, SharedInputBuffers& buffers, const at::Tensor& y);

/// Adds the gradients of P and λ to the arena, leaves that of x Qᵀ in @p buffers, and gives the input's.
/// @param dx [T, in], overwritten; undefined: not wanted
void sharedInputBackward(const at::Tensor& dy, const SharedLinear& base, const SharedTriplets* triplets,
    SharedInputBuffers& buffers, const at::Tensor& dx);

/// What is left once the input is there again: adds the gradient of Q. @param x [T, in], as in the forward
void addGradientOfQ(const at::Tensor& x, const SharedTriplets* triplets, const SharedInputBuffers& buffers);

} // namespace spectune
