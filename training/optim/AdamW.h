// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/RunConfig.h"
#include "training/cuda/UpdateArgs.h"

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace spectune {

/// The state of PyTorch's AdamW (decoupled weight decay, Loshchilov and Hutter 2019) over one flat buffer.
/// ArenaSweep's:
///     p ← p (1 − lr · wd),  m ← m + (1−β1)(g − m),  v ← β2 v + (1−β2) g²,
///     p ← p − lr/(1−β1^k) · m / (√v/√(1−β2^k) + eps),  k = 1, 2, …
class AdamW {
public:
    /// @param elements of the buffer that are trained, counted from its start
    AdamW(const OptimConfig& config, std::int64_t elements, at::TensorOptions options);

    [[nodiscard]] const OptimConfig& config() const noexcept { return m_config; }
    [[nodiscard]] const at::Tensor& firstMoment() const noexcept { return m_first; } // [elements]
    [[nodiscard]] const at::Tensor& secondMoment() const noexcept { return m_second; } // [elements]
    [[nodiscard]] std::int64_t steps() const noexcept { return m_steps; }
    /// Puts 1 − β1^k and 1 − β2^k of the update that follows into @p scalars.
    void correct(kernels::StepScalars& scalars) const;
    void countStep() noexcept { ++m_steps; } ///< once an update is known not to have been skipped
    void restore(const at::Tensor& first, const at::Tensor& second, std::int64_t steps);

private:
    OptimConfig m_config;
    at::Tensor m_first;
    at::Tensor m_second;
    std::int64_t m_steps = 0; ///< updates done; skipped steps do not count
};

} // namespace spectune
