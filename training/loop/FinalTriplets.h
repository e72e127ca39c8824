// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/nn/TripletSelection.h"

namespace spectune {

/// The flat buffers of a run that a checkpoint keeps, all in one order. The moments may end before λ.
struct ArenaState {
    at::Tensor values;
    at::Tensor firstMoment;
    at::Tensor secondMoment;
    at::Tensor sensitivity; // Ī
    at::Tensor uncertainty; // Ū
};

/// What is told of every triplet's λ, each [modules, r].
struct LambdaState {
    at::Tensor lambda;
    at::Tensor sensitivity;
    at::Tensor uncertainty;
};

/// The triplets of a run once their pattern is final, where adalora.shrink leaves the others out: training goes on with
/// the kept ones alone, while files and views of the run hold all. Of a dropped triplet these show P and Q as they were
/// when it was dropped, λ = 0, moments of 0, and of Ī and Ū only λ's.
///
/// Why the kept ones go on as they would have: λ of a dropped triplet is 0 in every forward from then on, so it adds
/// nothing to y, and P and Q of it have no gradient but γ∇R's; what the optimizer does to its λ is masked before it is
/// read. Ī and Ū rest from T − tf on. Two things couple the rows all the same: R, which is taken over the kept rows
/// alone now (nothing of it is left with γ = 0), and the gradient's norm, in which λ's gradient of a dropped triplet
/// counts no more: clipping scales by another factor where the norm is above optim.max_grad_norm.
class FinalTriplets {
public:
    /// @param kept the final pattern, [modules, r] bool @param whole state of all triplets
    FinalTriplets(const ModuleLayout& layout, const at::Tensor& kept, const ArenaState& whole);

    [[nodiscard]] const ArenaOrder& order() const noexcept { return m_kept.order(); } ///< of the kept ones
    [[nodiscard]] ArenaState take(const ArenaState& whole) const;
    /// All triplets' state, on the CPU, given that of the kept ones.
    [[nodiscard]] ArenaState whole(const ArenaState& part) const;
    [[nodiscard]] LambdaState lambdas(const ArenaState& part) const;

private:
    ArenaOrder m_whole;
    TripletSelection m_kept;
    TripletSelection m_dropped;
    at::Tensor m_droppedValues; // flat, on the CPU
    at::Tensor m_droppedSensitivity; // λ's, [dropped triplets]
    at::Tensor m_droppedUncertainty;
};

} // namespace spectune
