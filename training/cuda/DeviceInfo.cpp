// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/cuda/DeviceInfo.h"

#if SPECTUNE_WITH_CUDA
#include <cuda_runtime_api.h>
#endif

namespace spectune::cuda {

#if SPECTUNE_WITH_CUDA

DeviceInfo deviceInfo(int index)
{
    cudaDeviceProp properties {};
    int before = 0;
    if (cudaGetDeviceProperties(&properties, index) != cudaSuccess || cudaGetDevice(&before) != cudaSuccess) {
        (void)cudaGetLastError(); // not to be found by whoever asks CUDA next
        return {};
    }
    std::size_t freeBytes = 0;
    std::size_t totalBytes = 0;
    const bool known = cudaSetDevice(index) == cudaSuccess && cudaMemGetInfo(&freeBytes, &totalBytes) == cudaSuccess;
    (void)cudaSetDevice(before);
    return {.name = properties.name,
        .totalBytes = known ? static_cast<std::int64_t>(totalBytes) : 0,
        .freeBytes = known ? static_cast<std::int64_t>(freeBytes) : 0};
}

#else

DeviceInfo deviceInfo(int /*index*/)
{
    return {};
}

#endif

} // namespace spectune::cuda
