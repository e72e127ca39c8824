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

void AdamW::step(const at::Tensor& values, const at::Tensor& gradients, double lr)
{
    at::Tensor p = values.narrow(0, 0, m_first.size(0));
    const at::Tensor g = gradients.narrow(0, 0, m_first.size(0));
    ++m_steps;
    const double correction1 = 1.0 - std::pow(m_config.beta1, static_cast<double>(m_steps));
    const double correction2 = 1.0 - std::pow(m_config.beta2, static_cast<double>(m_steps));
    p.mul_(1.0 - lr * m_config.weightDecay);
    m_first.lerp_(g, 1.0 - m_config.beta1);
    m_second.mul_(m_config.beta2).addcmul_(g, g, 1.0 - m_config.beta2);
    const at::Tensor denominator = m_second.sqrt().div_(std::sqrt(correction2)).add_(m_config.eps);
    p.addcdiv_(m_first, denominator, -lr / correction1);
}

void AdamW::restore(const at::Tensor& first, const at::Tensor& second, std::int64_t steps)
{
    m_first.copy_(first);
    m_second.copy_(second);
    m_steps = steps;
}

} // namespace spectune
