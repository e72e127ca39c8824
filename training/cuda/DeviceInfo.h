// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace spectune::cuda {

struct DeviceInfo {
    std::string name; ///< "NVIDIA H200"; empty: not known
    std::int64_t totalBytes = 0;
    std::int64_t freeBytes = 0;
};

/// What the driver says of a device; empty in a build without CUDA, or where the driver does not answer. Never throws.
[[nodiscard]] DeviceInfo deviceInfo(int index);

} // namespace spectune::cuda
