// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/data/Packing.h"

#include <c10/core/Event.h>
#include <c10/core/Stream.h>

#include <exception>
#include <functional>
#include <optional>

namespace spectune {

/// Holds one batch ready ahead of the step that takes it: it is drawn and tokenised on this thread while the device
/// computes, and copied there on a stream of its own. The order is that of drawing as needed, to the sample.
class Prefetcher {
public:
    /// @param next draws a batch and copies it to @p device without waiting for it
    Prefetcher(std::function<PreparedBatch()> next, at::Device device);

    /// The next batch: the one that was prepared, or one drawn now. The device's current stream waits for its copy.
    /// It must live until the step that takes it is over: its memory belongs to the copying stream.
    /// @throws what drawing it threw, now or ahead
    [[nodiscard]] PreparedBatch take();
    /// Prepares what the next take() gives, if that has not been done. An error of it is kept for then: it belongs to
    /// the step that wants the batch, and not to the one that is under way.
    void prepare() noexcept;

private:
    [[nodiscard]] PreparedBatch drawn();

    std::function<PreparedBatch()> m_next;
    std::optional<c10::Stream> m_stream; ///< empty on the CPU
    std::optional<c10::Event> m_copied;
    std::optional<PreparedBatch> m_batch;
    std::exception_ptr m_fault;
};

} // namespace spectune
