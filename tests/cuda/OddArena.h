// SPDX-License-Identifier: GPL-3.0-or-later
// An arena of odd triplets on both devices, for kernels that work on it: no rank, one, more than a row is wide; one
// column, and more than a block of any kernel takes in one turn.
#pragma once

#include "tests/support/SpacedArena.h"

#include <ATen/ATen.h>

#include <array>
#include <cstdint>
#include <string>

namespace spectune::test {

using testing::ArenaPart;
using testing::countOf;

inline constexpr std::array<std::int64_t, 5> widths {1, 7, 33, 172, 1100};
/// The twin first.
inline const std::array<at::Device, 2> devices {at::Device(at::kCPU), at::Device(at::kCUDA, 0)};

/// Of every width and every rank, the full one too.
struct OddArena : testing::SpacedArena {
    OddArena()
        : SpacedArena(widths, /*full=*/true)
    {
    }
};

/// The same numbers on both devices.
struct Twins {
    at::Tensor cpu;
    at::Tensor gpu;

    explicit Twins(const at::Tensor& numbers)
        : cpu(numbers.clone())
        , gpu(numbers.to(at::kCUDA))
    {
    }
    [[nodiscard]] const at::Tensor& on(at::Device device) const { return device.is_cuda() ? gpu : cpu; }
};

template <typename Entry>
const Entry* entriesOf(const at::Tensor& table)
{
    return static_cast<const Entry*>(table.const_data_ptr());
}

inline std::string nameOf(const ArenaPart& part)
{
    return std::to_string(part.rank) + " x " + std::to_string(part.width);
}

} // namespace spectune::test
