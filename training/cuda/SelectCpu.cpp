// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/cuda/CpuLevels.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace spectune::kernels {

namespace {

/// Puts the kept triplets in front of `order`, the weakest of them last. @pre budget > 0
template <typename A>
void sortOut(const SelectArgs<A>& args, std::int64_t budget)
{
    const auto beats = [&args](std::int32_t one, std::int32_t other) {
        const A a = args.rivals[one];
        const A b = args.rivals[other];
        if (std::isnan(a) || std::isnan(b))
            return std::isnan(a) && (!std::isnan(b) || one < other);
        return a > b || (a == b && one < other);
    };
    std::iota(args.order, args.order + args.triplets, 0);
    std::nth_element(args.order, args.order + budget - 1, args.order + args.triplets, beats);
}

template <typename A>
void choose(const SelectArgs<A>& args)
{
    const auto budget = std::min(static_cast<std::int64_t>(args.scalars->budget), args.triplets);
    const auto now = static_cast<std::int32_t>(args.scalars->stepsDone);
    std::copy_n(args.kept, args.triplets, args.keptBefore);
    std::fill_n(args.kept, args.triplets, false);
    *args.threshold = A(0);
    if (budget > 0) {
        sortOut(args, budget);
        for (std::int64_t i = 0; i < budget; ++i)
            args.kept[args.order[i]] = true;
        *args.threshold = args.rivals[args.order[budget - 1]];
    }
    for (std::int64_t i = 0; i < args.triplets; ++i) {
        if (args.keptBefore[i] && !args.kept[i])
            args.prunedAt[i] = now;
        if (!args.keptBefore[i] && args.kept[i])
            args.revivedAt[i] = now;
    }
}

} // namespace

template <typename A>
void cpuSelect(const SelectArgs<A>& args, Stream)
{
    const auto isFinite = [](const A* number) { return number == nullptr || std::isfinite(*number); };
    if (!isFinite(args.loss) || !isFinite(args.gradNorm))
        return;
    if (args.scalars->chooses != 0.0)
        choose(args);
    if (args.scalars->masks == 0.0)
        return;
    for (std::int64_t i = 0; i < args.triplets; ++i) {
        if (!args.kept[i])
            args.values[args.places[i].lambda] = A(0);
    }
}

template void cpuSelect(const SelectArgs<float>&, Stream);
template void cpuSelect(const SelectArgs<double>&, Stream);

} // namespace spectune::kernels
