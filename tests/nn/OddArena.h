// SPDX-License-Identifier: GPL-3.0-or-later
// An arena of odd triplets for the instruction sets, and whether a kernel wrote beside them.
#pragma once

#include "tests/nn/KernelCases.h"
#include "tests/support/SpacedArena.h"
#include "training/nn/KernelTypes.h"

#include <array>
#include <cstdint>

namespace spectune::testing {

inline constexpr std::array<std::int64_t, 4> widths {1, 7, 33, 172};

/// Of every rank and width.
struct OddArena : SpacedArena {
    OddArena()
        : SpacedArena(widths)
    {
    }

    /// Whether what belongs to nobody is as it was.
    [[nodiscard]] bool isKeptBeside(const at::Tensor& now, const at::Tensor& before) const
    {
        const at::Tensor beside = at::ones({elements}, at::kBool);
        for (const ArenaModule& module : modules) {
            for (const ArenaPart& part : {module.q, module.p, module.lambda})
                part.of(beside).fill_(false);
        }
        return identical(now.flatten().masked_select(beside), before.flatten().masked_select(beside));
    }
};

template <typename T>
T* flat(const Range& range)
{
    return ops::pointerOf<T>(range.rows);
}

} // namespace spectune::testing
