// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/RunConfig.h"
#include "training/nn/TripletArena.h"

namespace spectune {

/// What one pass over the Gram matrices gives, in buffers that the next pass uses again.
struct OrthogonalityResult {
    at::Tensor value; // R, scalar on the arena's device
    at::Tensor norms; // [modules, 2]: of Q and of P
    at::Tensor errors; // scratch: M − I of every factor
    at::Tensor count; // of the factors, scalar: a number would be made a tensor at every step

    [[nodiscard]] bool defined() const { return norms.defined(); }
    [[nodiscard]] at::Tensor errorQ() const { return norms.select(1, 0); } // ‖QQᵀ − I‖_F by module, [modules]
    [[nodiscard]] at::Tensor errorP() const { return norms.select(1, 1); } // ‖PᵀP − I‖_F by module, [modules]
};

/// R = (1/2n) Σ over all P and Q of ‖M − I‖_F, M = PᵀP or QQᵀ, n adapted matrices (the AdaLoRA reference and PEFT; the
/// paper's squared norm as RegularizerKind::SquaredSum, Σ ‖M − I‖²_F without the mean).
///
/// Its gradient is added in closed form, once per optimizer step: ∂‖QQᵀ−I‖_F/∂Q = 2 (QQᵀ − I) Q / ‖QQᵀ − I‖_F, and 0
/// where the norm is 0. For the squared form 4 (QQᵀ − I) Q.
/// @param gamma 0: nothing is added, R is still computed @param result empty at first, then that of the pass before
void addOrthogonalityGradient(TripletArena& arena, RegularizerKind kind, double gamma, OrthogonalityResult& result);
[[nodiscard]] OrthogonalityResult addOrthogonalityGradient(TripletArena& arena, RegularizerKind kind, double gamma);

} // namespace spectune
