// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/WorkerPool.h"

#include <ATen/Parallel.h>
#include <c10/core/Device.h>

#include <algorithm>
#include <cstdint>
#include <functional>

namespace spectune {

/// A loop over 0 … count − 1 of which each turn writes its own place: body(begin, end) for parts of it, side by side on
/// the CPU. Which part a turn is in changes none of its bits.
using PartBody = std::function<void(std::int64_t, std::int64_t)>;

/// Of rows that one worker has: on LibTorch's threads, which while several workers share a batch are the caller alone.
/// @param width elements of a row; a part has some ten thousand at least @param device CUDA: one part
template <typename Body>
void forRows(c10::Device device, std::int64_t rows, std::int64_t width, const Body& body)
{
    constexpr std::int64_t least = 16384;
    if (device.is_cpu())
        at::parallel_for(0, rows, std::max<std::int64_t>(1, least / std::max<std::int64_t>(1, width)), body);
    else
        body(0, rows);
}

/// Of an arena, which the whole step has: on @p workers, the step's own; null or one: as forRows().
/// @param turns that a part has at least
void forParts(c10::Device device, WorkerPool* workers, std::int64_t count, std::int64_t turns, const PartBody& body);

} // namespace spectune
