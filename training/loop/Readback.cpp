// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/Readback.h"

#include "training/nn/Buffer.h"

#include <ATen/ATen.h>
#include <c10/core/impl/VirtualGuardImpl.h>

namespace spectune {

Readback::Readback(std::int64_t count, at::Device device)
    : m_onDevice(at::zeros({count}, at::TensorOptions().dtype(at::kDouble).device(device)))
{
    if (device.is_cpu())
        return;
    m_onHost = hostBuffer({count}, at::kDouble, device);
    m_copied.emplace(device.type());
}

void Readback::request()
{
    if (!m_copied)
        return;
    m_onHost.copy_(m_onDevice, /*non_blocking=*/true);
    const at::Device device = m_onDevice.device();
    m_copied->record(c10::impl::VirtualGuardImpl(device.type()).getStream(device));
}

const double* Readback::wait()
{
    if (!m_copied)
        return m_onDevice.const_data_ptr<double>();
    m_copied->synchronize();
    return m_onHost.const_data_ptr<double>();
}

} // namespace spectune
