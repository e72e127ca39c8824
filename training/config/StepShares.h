// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>

// How a step's work is shared out. The engine works by it, and the memory estimate counts by it.
namespace spectune {

/// Workers of the CPU that share a batch, each with samples of its own. @param samples of a forward
[[nodiscard]] constexpr std::int64_t workersFor(std::int64_t cores, std::int64_t samples) noexcept
{
    return std::max<std::int64_t>(1, std::min(cores, samples));
}

/// Cores that the products of each worker go over: where there are more cores than samples, none stands idle.
[[nodiscard]] constexpr std::int64_t coresOfWorker(std::int64_t cores, std::int64_t workers) noexcept
{
    return std::max<std::int64_t>(1, cores / std::max<std::int64_t>(1, workers));
}

/// Whether a forward of so many rows is small for CUDA in bfloat16: its thin products cost launches, not work, and run
/// several at once in kernels of ours (on an H100 both are level at some 1500 rows).
[[nodiscard]] constexpr bool isSmallForward(std::int64_t rows) noexcept
{
    return rows <= 1024;
}

/// Rows whose logits the loss makes at once, so that those of a batch never exist together: on the CPU what stays in a
/// core's cache, on CUDA 64 MiB of bfloat16; 512 at least and in wholes of a product's tiles, for it to be fast.
/// @param vocabulary columns of the head
[[nodiscard]] constexpr std::int64_t lossChunkRows(std::int64_t vocabulary, bool onCuda) noexcept
{
    constexpr std::int64_t tile = 64;
    const std::int64_t elements = std::int64_t {1} << (onCuda ? 25U : 18U);
    return std::max<std::int64_t>(512, elements / std::max<std::int64_t>(1, vocabulary) / tile * tile);
}

} // namespace spectune
