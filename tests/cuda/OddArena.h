// SPDX-License-Identifier: GPL-3.0-or-later
// A small arena of triplets with odd ranks and widths, for kernels that work on it: no rank, one, more than a row is
// wide; one column, and more than a block of any kernel takes in one turn.
#pragma once

#include "training/cuda/UpdateArgs.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace spectune::test {

inline constexpr std::array<std::int64_t, 5> widths {1, 7, 33, 172, 1100};
inline constexpr std::array<std::int64_t, 4> ranks {0, 1, 3, 12};
/// The twin first.
inline const std::array<at::Device, 2> devices {at::Device(at::kCPU), at::Device(at::kCUDA, 0)};

/// A part of the flat arena, [rank, width].
struct ArenaPart {
    std::int64_t begin = 0;
    std::int64_t rank = 0;
    std::int64_t width = 0;

    [[nodiscard]] at::Tensor of(const at::Tensor& flat) const
    {
        return flat.narrow(0, begin, rank * width).view({rank, width});
    }
};

struct ArenaModule {
    ArenaPart q;
    ArenaPart p; ///< transposed
    ArenaPart lambda;
};

/// Q, Pᵀ and λ of modules of every rank, the full one too, and every width; elements of nobody lie between them.
struct OddArena {
    std::vector<ArenaModule> modules;
    std::int64_t elements = gap;
    std::int64_t mostRows = 0;

    OddArena()
    {
        for (std::size_t r = 0; r <= ranks.size(); ++r) {
            for (std::size_t i = 0; i < widths.size(); ++i) {
                const std::int64_t in = widths[i];
                const std::int64_t out = widths[widths.size() - 1 - i];
                const std::int64_t rank = r < ranks.size() ? ranks[r] : std::min(in, out);
                modules.push_back({.q = next(rank, in), .p = next(rank, out), .lambda = next(rank, 1)});
                mostRows = std::max(mostRows, rank);
            }
        }
    }

    [[nodiscard]] std::vector<ArenaPart> factors() const
    {
        std::vector<ArenaPart> all;
        for (const ArenaModule& module : modules)
            all.insert(all.end(), {module.q, module.p});
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

template <typename Values>
std::int64_t countOf(const Values& values)
{
    return static_cast<std::int64_t>(values.size());
}

inline std::string nameOf(const ArenaPart& part)
{
    return std::to_string(part.rank) + " x " + std::to_string(part.width);
}

} // namespace spectune::test
