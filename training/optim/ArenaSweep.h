// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/optim/AdamW.h"
#include "training/optim/Importance.h"

#include <ATen/core/Tensor.h>

namespace spectune {

/// What happens to the arena after a backward, in one pass over memory: the gradients are clipped to @c maxNorm, the
/// optimizer moves the values, Ī and Ū take the clipped gradients in. Nothing where loss or norm is not finite; AdamW
/// does not count the update, for the host cannot know yet.
///
/// What stays apart from it, and why: γ∇R reads whole factors before it writes them; the norm that clips is known once
/// the last gradient is; scores read whole rows, at events alone;
/// and which are the largest is known once all are there.
struct ArenaSweep {
    at::Tensor values; // flat
    at::Tensor gradients; // flat; clipped in place by min(1, maxNorm / (gradNorm + 1e-6)), as torch.nn.utils does
    at::Tensor loss = {}; // scalar on their device and in their type; undefined: known to be finite
    at::Tensor gradNorm; // likewise
    const kernels::StepScalars* scalars = nullptr; ///< on their device: lr, AdamW::correct()'s, observes
    double maxNorm = 0.0; ///< 0: no clipping
    const AdamW* optimizer = nullptr;
    const Importance* importance = nullptr; ///< null: there is none to take part
    SensitivityStep when = SensitivityStep::Post;
    WorkerPool* workers = nullptr; ///< of the arena

    void run() const;
};

} // namespace spectune
