// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/RunConfig.h"
#include "training/monitor/DeviceMemory.h"
#include "training/session/Requests.h"

#include <ATen/core/Tensor.h>
#include <c10/core/DeviceGuard.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace spectune {

/// "cpu", "cuda" or "cuda:N". @throws Error (Config) for any other text, or a device that this machine does not have
[[nodiscard]] at::Device parseDevice(std::string_view text);

/// "Processor, 2 cores" or the GPU's own name.
[[nodiscard]] Message deviceName(at::Device device);

/// What @p device has to offer, as the driver and the system say. @throws Error (Config) as parseDevice()
[[nodiscard]] DeviceSummary inspectDevice(std::string_view device);

/// What LibTorch keeps per thread: device, and the number of CPU threads (0: physical cores). To be called on the
/// session's thread before any tensor is made. On every device float32 means float32 from here on (see useTf32()).
void prepareThread(at::Device device, std::int64_t threads);

/// Whether float32 products on CUDA may round their factors to TF32 (train.tf32); those of the CPU never do. The switch
/// is the process's.
void useTf32(bool rounds);
[[nodiscard]] bool usesTf32();

/// prepareThread() as long as this lives, then threads, device and TF32 as they were: for what is asked of a paused
/// run's thread, and must not change how the run goes on.
class PreparedThread {
public:
    PreparedThread(at::Device device, std::int64_t threads);
    ~PreparedThread();
    PreparedThread(const PreparedThread&) = delete;
    PreparedThread& operator=(const PreparedThread&) = delete;

private:
    int m_threads; ///< before
    bool m_tf32; ///< before
    c10::DeviceGuard m_device;
};

/// Waits for what @p device still does.
void settle(at::Device device);

/// Bytes in tensors of @p device at most so far, as its allocator counts them;
/// on the CPU those made since prepareThread().
[[nodiscard]] std::int64_t peakMemory(at::Device device);
/// From now on peakMemory() counts anew, beginning with what there is.
void resetPeakMemory(at::Device device);

/// What the run holds of @p device now; costs no waiting for the device. To be called on the session's thread.
[[nodiscard]] DeviceMemory memoryInUse(at::Device device);

/// How many threads work side by side on @p samples of one batch: on the CPU one a core (@p threads, 0: physical
/// cores), else one. Threads of one core each meet once a batch, where OpenMP's would meet in every small product.
[[nodiscard]] std::size_t workerCount(at::Device device, std::int64_t threads, std::int64_t samples);
/// How many threads the products of each of these workers use, for useThreads().
[[nodiscard]] std::int64_t productThreads(at::Device device, std::int64_t threads, std::int64_t samples);

[[nodiscard]] at::ScalarType scalarType(ElementType type) noexcept;

/// Runs @p body and turns LibTorch's exceptions into ours: memory that ran out into Error (OutOfMemory) with what would
/// help, a lost device into Error (DeviceLost), all else that LibTorch throws into Error (Internal).
/// Other exceptions pass.
void withTorchErrors(const std::function<void()>& body);

} // namespace spectune
