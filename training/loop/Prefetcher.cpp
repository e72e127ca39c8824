// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/Prefetcher.h"

#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <utility>

namespace spectune {

Prefetcher::Prefetcher(std::function<PreparedBatch()> next, at::Device device)
    : m_next(std::move(next))
{
    if (device.is_cpu())
        return;
    m_stream = c10::impl::VirtualGuardImpl(device.type()).getStreamFromGlobalPool(device);
    m_copied.emplace(device.type());
}

PreparedBatch Prefetcher::drawn()
{
    if (!m_stream)
        return m_next();
    const c10::StreamGuard guard(*m_stream);
    PreparedBatch batch = m_next();
    m_copied->record(*m_stream);
    return batch;
}

void Prefetcher::prepare() noexcept
{
    if (m_batch || m_fault)
        return;
    try {
        m_batch = drawn();
    } catch (...) {
        m_fault = std::current_exception();
    }
}

PreparedBatch Prefetcher::take()
{
    prepare();
    if (m_fault)
        std::rethrow_exception(std::exchange(m_fault, nullptr));
    if (m_stream)
        m_copied->block(c10::impl::VirtualGuardImpl(m_stream->device_type()).getStream(m_stream->device()));
    return *std::exchange(m_batch, std::nullopt);
}

} // namespace spectune
