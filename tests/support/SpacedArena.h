// SPDX-License-Identifier: GPL-3.0-or-later
// A small arena of triplets with odd ranks and widths, for kernels that work on it. Without Qt: plain programs on a GPU
// use it, too.
#pragma once

#include "training/cuda/GramArgs.h"
#include "training/cuda/JoinArgs.h"
#include "training/cuda/UpdateArgs.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace spectune::testing {

inline constexpr std::array<std::int64_t, 4> ranks {0, 1, 3, 12};

/// A part of the flat arena, [rank, width].
struct ArenaPart {
    std::int64_t begin = 0;
    std::int64_t rank = 0;
    std::int64_t width = 0;

    /// @param flat the arena, or a twin of it, with one dimension or as a row
    [[nodiscard]] at::Tensor of(const at::Tensor& flat) const
    {
        return flat.flatten().narrow(0, begin, rank * width).view({rank, width});
    }
};

struct ArenaModule {
    ArenaPart q;
    ArenaPart p; ///< transposed
    ArenaPart lambda;
};

/// What a collection reads: sums of every factor's gradient, in rows of two more columns than it is wide.
struct CollectedFactors {
    std::vector<kernels::JoinedFactor> factors; ///< Q and P of each module
    std::int64_t sums = 0; ///< elements
};

/// Q, Pᵀ and λ of a module of every rank and width, one after the other, with elements of nobody between them.
struct SpacedArena {
    std::vector<ArenaModule> modules;
    std::int64_t elements = gap;
    std::int64_t mostRows = 0;

    /// @param full adds modules of the full rank
    explicit SpacedArena(std::span<const std::int64_t> widths, bool full = false)
    {
        for (std::size_t r = 0; r < ranks.size() + (full ? 1 : 0); ++r) {
            for (std::size_t i = 0; i < widths.size(); ++i) {
                const std::int64_t in = widths[i];
                const std::int64_t out = widths[widths.size() - 1 - i];
                const std::int64_t rank = r < ranks.size() ? ranks[r] : std::min(in, out);
                modules.push_back({.q = next(rank, in), .p = next(rank, out), .lambda = next(rank, 1)});
                mostRows = std::max(mostRows, rank);
            }
        }
    }

    /// Q and P of each module.
    [[nodiscard]] std::vector<ArenaPart> parts() const
    {
        std::vector<ArenaPart> all;
        for (const ArenaModule& module : modules)
            all.insert(all.end(), {module.q, module.p});
        return all;
    }

    /// parts(), as the kernel of orthogonality takes them.
    [[nodiscard]] std::vector<kernels::GramFactor> factors() const
    {
        std::vector<kernels::GramFactor> all;
        for (const auto& [begin, rank, width] : parts())
            all.push_back({.values = begin, .rank = rank, .width = width});
        return all;
    }

    [[nodiscard]] CollectedFactors collected() const
    {
        CollectedFactors all;
        const auto add = [&all](const ArenaPart& part, std::int64_t lambda) {
            all.factors.push_back({.values = part.begin,
                .lambda = lambda,
                .rank = part.rank,
                .joinedRank = part.rank,
                .width = part.width,
                .sums = all.sums,
                .sumsStride = part.width + 2});
            all.sums += part.rank * (part.width + 2);
        };
        for (const auto& [q, p, lambda] : modules) {
            add(q, -1);
            add(p, lambda.begin);
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

template <typename Values>
std::int64_t countOf(const Values& values)
{
    return static_cast<std::int64_t>(values.size());
}

} // namespace spectune::testing
