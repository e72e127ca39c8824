// SPDX-License-Identifier: GPL-3.0-or-later
// A small arena of triplets with odd ranks and widths, for kernels that work on it.
#pragma once

#include "tests/nn/KernelCases.h"
#include "training/cuda/GramArgs.h"
#include "training/cuda/UpdateArgs.h"
#include "training/nn/KernelTypes.h"

#include <array>
#include <vector>

namespace spectune::testing {

inline constexpr std::array<std::int64_t, 4> ranks {0, 1, 3, 12};
inline constexpr std::array<std::int64_t, 4> widths {1, 7, 33, 172};

/// A part of the flat arena, [rank, width].
struct ArenaPart {
    std::int64_t begin = 0;
    std::int64_t rank = 0;
    std::int64_t width = 0;

    [[nodiscard]] at::Tensor of(const at::Tensor& flat) const { return flat.flatten().narrow(0, begin, rank * width); }
};

struct ArenaModule {
    ArenaPart q;
    ArenaPart p; // transposed
    ArenaPart lambda;
};

/// Q, Pᵀ and λ of a module of every rank and width, one after the other, with elements of nobody between them.
struct OddArena {
    std::vector<ArenaModule> modules;
    std::int64_t elements = gap;

    OddArena()
    {
        for (const std::int64_t rank : ranks) {
            for (std::size_t i = 0; i < widths.size(); ++i)
                modules.push_back({.q = next(rank, widths[i]),
                    .p = next(rank, widths[widths.size() - 1 - i]),
                    .lambda = next(rank, 1)});
        }
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

    [[nodiscard]] std::vector<kernels::GramFactor> factors() const
    {
        std::vector<kernels::GramFactor> all;
        for (const ArenaModule& module : modules) {
            for (const ArenaPart& part : {module.q, module.p})
                all.push_back({.values = part.begin, .rank = part.rank, .width = part.width});
        }
        return all;
    }

    [[nodiscard]] std::vector<kernels::TripletPlace> places() const
    {
        std::vector<kernels::TripletPlace> all;
        for (const auto& [q, p, lambda] : modules) {
            for (std::int64_t i = 0; i < q.rank; ++i)
                all.push_back({.q = q.begin + i * q.width,
                    .p = p.begin + i * p.width,
                    .lambda = lambda.begin + i,
                    .qWidth = q.width,
                    .pWidth = p.width});
        }
        return all;
    }

private:
    static constexpr std::int64_t gap = 5;

    ArenaPart next(std::int64_t rank, std::int64_t width)
    {
        const ArenaPart part {.begin = elements, .rank = rank, .width = width};
        elements += rank * width + gap;
        return part;
    }
};

template <typename T>
T* flat(const Range& range)
{
    return ops::pointerOf<T>(range.rows);
}

template <typename Values>
std::int64_t countOf(const Values& values)
{
    return static_cast<std::int64_t>(values.size());
}

} // namespace spectune::testing
