// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/RunConfig.h"
#include "training/nn/TripletArena.h"

namespace spectune {

/// What one pass over the Gram matrices gives.
struct OrthogonalityResult {
    at::Tensor value; // R, scalar on the arena's device
    at::Tensor errorQ; // ‖QQᵀ − I‖_F by module, [modules]
    at::Tensor errorP; // ‖PᵀP − I‖_F by module, [modules]
};

/// R = (1/2n) Σ over all P and Q of ‖M − I‖_F, M = PᵀP or QQᵀ, n adapted matrices (the AdaLoRA reference and PEFT; the
/// paper's squared norm as RegularizerKind::SquaredSum, Σ ‖M − I‖²_F without the mean).
///
/// Its gradient is added in closed form, once per optimizer step: ∂‖QQᵀ−I‖_F/∂Q = 2 (QQᵀ − I) Q / ‖QQᵀ − I‖_F, and 0
/// where the norm is 0. For the squared form 4 (QQᵀ − I) Q.
/// @param gamma 0: nothing is added, R is still computed
OrthogonalityResult addOrthogonalityGradient(TripletArena& arena, RegularizerKind kind, double gamma);

} // namespace spectune
