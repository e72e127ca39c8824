// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/SideLane.h"

#include <c10/core/impl/VirtualGuardImpl.h>

namespace spectune {

SideLane::SideLane(at::Device device)
{
    if (!device.is_cuda())
        return;
    m_stream.emplace(c10::impl::VirtualGuardImpl(device.type()).getStreamFromGlobalPool(device));
    m_begun.emplace(device.type());
    m_done.emplace(device.type());
}

void SideLane::fork()
{
    const c10::impl::VirtualGuardImpl device(m_stream->device_type());
    m_begun->record(device.getStream(m_stream->device()));
    m_begun->block(*m_stream);
    m_busy = true;
}

void SideLane::join()
{
    if (!m_busy)
        return;
    const c10::impl::VirtualGuardImpl device(m_stream->device_type());
    m_done->record(*m_stream);
    m_done->block(device.getStream(m_stream->device()));
    m_busy = false;
}

} // namespace spectune
