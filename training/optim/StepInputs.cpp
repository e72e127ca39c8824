// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/optim/StepInputs.h"

#include "training/nn/Buffer.h"

#include <ATen/ATen.h>

#include <cstddef>
#include <cstring>
#include <type_traits>

namespace spectune {

namespace {

using kernels::StepScalars;

// A tensor of float64 holds the struct as it is.
static_assert(std::is_standard_layout_v<StepScalars> && alignof(StepScalars) == sizeof(double)
    && sizeof(StepScalars) % sizeof(double) == 0);
constexpr std::int64_t count = sizeof(StepScalars) / sizeof(double);

} // namespace

StepInputs::StepInputs(at::Device device)
    : m_numbers(at::zeros({count}, at::TensorOptions().dtype(at::kDouble).device(device)))
{
    set({});
}

void StepInputs::set(const StepScalars& scalars)
{
    if (m_numbers.is_cpu()) {
        std::memcpy(m_numbers.mutable_data_ptr(), &scalars, sizeof scalars);
        return;
    }
    const at::Tensor staged = hostBuffer({count}, at::kDouble, m_numbers.device());
    std::memcpy(staged.mutable_data_ptr(), &scalars, sizeof scalars);
    m_numbers.copy_(staged, /*non_blocking=*/true);
}

const StepScalars* StepInputs::data() const
{
    return static_cast<const StepScalars*>(m_numbers.const_data_ptr());
}

at::Tensor StepInputs::lossScale() const
{
    return m_numbers.select(0, offsetof(StepScalars, lossScale) / sizeof(double));
}

} // namespace spectune
