// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/WorkerPool.h"

#include <c10/core/Device.h>

#include <cstdint>
#include <functional>

namespace spectune {

/// A loop over 0 … count − 1 of which each turn writes its own place: body(begin, end) for parts of it, side by side on
/// the CPU. Which part a turn is in changes none of its bits.
using PartBody = std::function<void(std::int64_t, std::int64_t)>;

/// On @p workers, a step's own; null: on the caller's thread alone. @param turns that a part has at least
void forParts(c10::Device device, WorkerPool* workers, std::int64_t count, std::int64_t turns, const PartBody& body);

} // namespace spectune
