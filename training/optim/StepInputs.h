// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/cuda/UpdateArgs.h"

#include <ATen/core/Tensor.h>

namespace spectune {

/// The device's copy of what changes from step to step, at one address for good: a step that was recorded once reads
/// its learning rate, budget and the like there.
class StepInputs {
public:
    explicit StepInputs(at::Device device);

    /// In the order of the device's current stream, without waiting for it.
    void set(const kernels::StepScalars& scalars);

    [[nodiscard]] const kernels::StepScalars* data() const; ///< in the device's memory
    [[nodiscard]] at::Tensor lossScale() const; ///< a view: scalar in float64 on the device

private:
    at::Tensor m_numbers; // float64
};

} // namespace spectune
