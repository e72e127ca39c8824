// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/Message.h"

#include <cstdint>
#include <string>

namespace spectune {

/// What a device has to offer.
struct InspectDevice {
    std::string device; ///< "cpu", "cuda", "cuda:1"
};

struct DeviceSummary {
    std::string device; ///< as asked
    Message name; ///< "NVIDIA H200", "Processor, 2 cores"; empty: not known
    std::int64_t totalBytes = 0; ///< 0: not known
    std::int64_t freeBytes = 0; ///< of totalBytes, what a run could take: this program's own idle memory counts as free
};

} // namespace spectune
