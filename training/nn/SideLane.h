// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Event.h>
#include <c10/core/StreamGuard.h>

#include <optional>

namespace spectune {

/// A second stream of a CUDA device, for work whose result is wanted late: the adapters' thin products wait for memory
/// while the base's products beside them wait for the tensor cores. On the CPU all of it runs where it is called.
/// Buffers must outlive the work; one thread.
class SideLane {
public:
    explicit SideLane(at::Device device);

    /// Runs @p work after what has been launched so far, beside what is launched from now on.
    template <typename Work>
    void run(const Work& work)
    {
        if (!m_stream)
            return work();
        fork();
        const c10::StreamGuard guard(*m_stream);
        work();
    }
    /// What is launched from now on comes after all of the lane's work: before a buffer that it reads is written again.
    void join();

private:
    void fork();

    std::optional<c10::Stream> m_stream; ///< empty: on the CPU
    std::optional<c10::Event> m_begun;
    std::optional<c10::Event> m_done;
    bool m_busy = false;
};

} // namespace spectune
