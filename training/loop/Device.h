// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/RunConfig.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace spectune {

/// "cpu", "cuda" or "cuda:N". @throws Error (Config) for any other text, or a device that this machine does not have
[[nodiscard]] at::Device parseDevice(std::string_view text);

/// "Processor, 2 cores" or the GPU's own name.
[[nodiscard]] std::string deviceName(at::Device device);

/// Physical cores that this process may run on.
[[nodiscard]] std::int64_t physicalCores();

/// What LibTorch keeps per thread: device, and the number of CPU threads (0: physical cores). To be called on the
/// session's thread before any tensor is made.
void prepareThread(at::Device device, std::int64_t threads);

/// How many threads work side by side on @p samples of one batch: on the CPU one a core (@p threads, 0: physical cores),
/// else one. Threads of one core each meet once a batch, where OpenMP's would meet in every small product.
[[nodiscard]] std::size_t workerCount(at::Device device, std::int64_t threads, std::int64_t samples);

/// Runs LibTorch's operations on this thread alone, without OpenMP, while it lives.
class SingleThreadGuard {
public:
    SingleThreadGuard();
    ~SingleThreadGuard();
    SingleThreadGuard(const SingleThreadGuard&) = delete;
    SingleThreadGuard& operator=(const SingleThreadGuard&) = delete;

private:
    int m_before;
};

[[nodiscard]] at::ScalarType scalarType(ElementType type) noexcept;

/// Runs @p body and turns LibTorch's exceptions into ours: memory that ran out into Error (OutOfMemory) with what would
/// help, a lost device into Error (DeviceLost). All others pass.
void withTorchErrors(const std::function<void()>& body);

} // namespace spectune
