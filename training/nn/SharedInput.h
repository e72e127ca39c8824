// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/nn/AdaptedLinear.h"
#include "training/nn/GradientSums.h"

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace spectune {

/// The frozen linear layers that read one input, their weights one below the other.
struct SharedLinear {
    at::Tensor weight; // [Σ out, in]; rows lie apart where triplets are joined to it
    at::Tensor bias; // [Σ out], undefined where there is none
    std::vector<std::int64_t> begins; ///< first row of each
};

/// The triplets of the modules that read one input, joined to the weights that they add to:
///
///     A = | W  P |     P: each module's s · P diag(λ) in its own rows and columns, 0 elsewhere
///         | Q  0 |     Q: the modules' Q's one below the other
///
/// [x | x Qᵀ] times the upper rows is the adapted y in one product, and [dy | dy P] times the left columns the input's
/// gradient: what a module adds costs R further terms of a sum instead of a pass over y. Λ comes with P, so nothing of
/// a batch's size is scaled. Values are in the base's type, gradients in the arena's.
struct SharedTriplets {
    struct Member {
        std::int64_t row = 0; ///< its first of the R rows of Q and columns of P
        std::int64_t rank = 0;
        std::int64_t begin = 0; ///< its first column of y
        std::int64_t out = 0;
    };
    at::Tensor joined; // A, [Σ out + R, in + R]
    at::Tensor qGrad; // [R, in], added to
    at::Tensor productGrad; // [R, Σ out], added to: (x Qᵀ)ᵀ dy; each member's own block counts
    std::vector<Member> members;

    [[nodiscard]] std::int64_t rows() const { return qGrad.size(0); } ///< R
    [[nodiscard]] std::int64_t in() const { return qGrad.size(1); }
    [[nodiscard]] std::int64_t out() const { return productGrad.size(1); }
    [[nodiscard]] at::Tensor q() const { return joined.narrow(0, out(), rows()).narrow(1, 0, in()); } // [R, in]
    [[nodiscard]] at::Tensor p() const { return joined.narrow(0, 0, out()).narrow(1, in(), rows()); } // [Σ out, R]
};

/// What a pass over the modules of one input keeps for the backward.
struct SharedInputBuffers {
    at::Tensor u; // [T, R], x Qᵀ; in the spare columns of x where that is kept as well, else in ownU
    at::Tensor ownU; ///< memory that no x shares, so that it is never taken for one
    std::vector<at::Tensor> masks; // of dropout, [T, in] a member; empty without
};

/// y = x Wᵀ + b, and in each adapted module's columns + s · ((drop(x) Qᵀ) ∘ λ) Pᵀ.
/// @param x [T, in]; where it has R spare columns they are overwritten, and the product is one
/// @param keepsX x and what is beside it stay as they are until addGradientOfQ()
/// @param triplets null: not adapted
/// @param y [T, Σ out], overwritten; undefined: only what the backward needs is kept
void sharedInputForward(const at::Tensor& x, bool keepsX, const SharedLinear& base, const SharedTriplets* triplets,
    DropoutPass& dropout, SharedInputBuffers& buffers, const at::Tensor& y);

/// Adds to productGrad, leaves the gradient of x Qᵀ in the spare columns of @p dy, and gives the input's.
/// @param dy [T, Σ out], with R spare columns @param dx [T, in], overwritten; undefined: not wanted
/// @param sums may read dy and the buffers until they have run; null: both of that has been done, see
/// gatedBackwardWithFactors()
void sharedInputBackward(const at::Tensor& dy, const SharedLinear& base, const SharedTriplets* triplets,
    DropoutPass& dropout, const SharedInputBuffers& buffers, GradientSums* sums, const at::Tensor& dx);

/// What is left once the input is there again: adds the gradient of Q. @param x [T, in], as in the forward
/// @param dy as sharedInputBackward() left it @param sums may read all of it until they have run
void addGradientOfQ(const at::Tensor& x, const at::Tensor& dy, const SharedTriplets* triplets, DropoutPass& dropout,
    const SharedInputBuffers& buffers, GradientSums& sums);

} // namespace spectune
