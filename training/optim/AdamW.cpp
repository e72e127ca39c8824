// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/optim/AdamW.h"

#include <ATen/ATen.h>

#include <cmath>

namespace spectune {

AdamW::AdamW(const OptimConfig& config, std::int64_t elements, at::TensorOptions options)
    : m_config(config)
    , m_first(at::zeros({elements}, options))
    , m_second(at::zeros({elements}, options))
{
}

void AdamW::correct(kernels::StepScalars& scalars) const
{
    const auto k = static_cast<double>(m_steps + 1);
    scalars.correction1 = 1.0 - std::pow(m_config.beta1, k);
    scalars.correction2 = 1.0 - std::pow(m_config.beta2, k);
}

void AdamW::restore(const at::Tensor& first, const at::Tensor& second, std::int64_t steps)
{
    m_first.copy_(first);
    m_second.copy_(second);
    m_steps = steps;
}

} // namespace spectune
