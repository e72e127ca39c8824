// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/WorkerPool.h"

#include <ATen/core/Tensor.h>
#include <c10/core/Event.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace spectune {

/// Carries weights from mapped files to a device that copies on its own. A plain copy takes every page's fault on one
/// thread, which costs more than the copying itself;
/// here all threads fill a pinned buffer while the one before travels.
class WeightUpload {
public:
    /// @param device where the weights go: CUDA
    explicit WeightUpload(at::Device device);

    /// @p stored on the device, in its own type; the device's current stream has it.
    /// [any shape], contiguous, of the CPU
    /// @throws c10::Error when the device's or the pinned memory is full
    [[nodiscard]] at::Tensor operator()(const at::Tensor& stored);

private:
    struct Buffer {
        at::Tensor memory; ///< [bufferBytes], pinned
        std::optional<c10::Event> copied; ///< empty: never used
    };

    /// The next buffer, once what it held has arrived.
    [[nodiscard]] Buffer& nextBuffer();

    void fill(char* buffer, const char* source, std::int64_t bytes);

    at::Device m_device;
    WorkerPool m_workers;
    std::array<Buffer, 3> m_buffers;
    std::size_t m_next = 0;
};

} // namespace spectune
