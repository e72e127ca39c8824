// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/optim/AdamW.h"
#include "training/optim/Importance.h"

#include <ATen/core/Tensor.h>

namespace spectune {

/// What happens to the arena after a backward, in one pass over memory: the gradients are clipped to @c maxNorm, the
/// optimizer moves the values, Ī and Ū take the clipped gradients in.
struct ArenaSweep {
    at::Tensor values; // flat
    at::Tensor gradients; // flat; clipped in place by min(1, maxNorm / (gradNorm + 1e-6)), as torch.nn.utils does
    at::Tensor gradNorm; // scalar on their device
    double maxNorm = 0.0; ///< 0: no clipping
    double lr = 0.0;
    AdamW* optimizer = nullptr;
    Importance* importance = nullptr; ///< null: Ī and Ū stay as they are
    SensitivityStep when = SensitivityStep::Post;

    void run() const;
};

} // namespace spectune
