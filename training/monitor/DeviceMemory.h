// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace spectune {

/// Memory of the device that trains, at one moment.
struct DeviceMemory {
    /// Bytes that the run holds: of a GPU what its allocator took from the driver,
    /// of the computer what the process has in memory. 0: not known.
    std::int64_t used = 0;
    std::int64_t total = 0; ///< bytes of the device; 0: not known

    friend bool operator==(const DeviceMemory&, const DeviceMemory&) = default;
};

} // namespace spectune
