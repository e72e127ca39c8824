// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/LoopParts.h"

#include <algorithm>

namespace spectune {

void forParts(c10::Device device, WorkerPool* workers, std::int64_t count, std::int64_t turns, const PartBody& body)
{
    const std::int64_t most = device.is_cpu() && workers != nullptr ? static_cast<std::int64_t>(workers->size()) : 1;
    const std::int64_t parts = std::clamp<std::int64_t>(count / turns, 1, most);
    if (parts == 1) { // not worth waking anyone
        body(0, count);
        return;
    }
    workers->run(static_cast<std::size_t>(parts), [&](std::size_t part) {
        const auto i = static_cast<std::int64_t>(part);
        body(count * i / parts, count * (i + 1) / parts);
    });
}

} // namespace spectune
