// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/cuda/CpuKernels.h"
#include "training/cuda/CpuVector.h"

namespace spectune::kernels::SPECTUNE_CPU_LEVEL {

namespace {

/// Mean of first ∘ second (of first alone where there is no second) over a row.
template <typename A>
A meanOf(const A* first, const A* second, std::int64_t width)
{
    constexpr std::int64_t chains = 4; // of sums, so that none becomes long against a single element
    Vector<A> sums[chains] = {};
    std::int64_t i = 0;
    for (; i + chains * lanes<A> <= width; i += chains * lanes<A>) {
        for (std::int64_t chain = 0; chain < chains; ++chain) {
            const std::int64_t at = i + chain * lanes<A>;
            const Vector<A> elements = load(first + at);
            sums[chain] += second != nullptr ? elements * load(second + at) : elements;
        }
    }
    A sum = sumOf<A>((sums[0] + sums[1]) + (sums[2] + sums[3]));
    for (; i < width; ++i)
        sum += second != nullptr ? first[i] * second[i] : first[i];
    return sum / static_cast<A>(width);
}

template <typename A>
const A* from(const A* buffer, std::int64_t offset)
{
    return buffer != nullptr ? buffer + offset : nullptr;
}

/// s(λ) and the means of s over the triplet's row of P and of Q.
template <typename A>
struct Parts {
    A lambda = 0;
    A meanP = 0;
    A meanQ = 0;
};

template <typename A>
Parts<A> partsOf(const ScoreArgs<A>& args, const TripletPlace& place)
{
    if (args.sensitivity == nullptr) {
        const A lambda = args.values[place.lambda];
        return {.lambda = lambda < A(0) ? -lambda : lambda};
    }
    const A smooth = args.sensitivity[place.lambda];
    return {.lambda = args.uncertainty != nullptr ? smooth * args.uncertainty[place.lambda] : smooth,
        .meanP = meanOf(args.sensitivity + place.p, from(args.uncertainty, place.p), place.pWidth),
        .meanQ = meanOf(args.sensitivity + place.q, from(args.uncertainty, place.q), place.qWidth)};
}

} // namespace

template <typename A>
void score(const ScoreArgs<A>& args, Stream)
{
    if ((args.scalars != nullptr && args.scalars->chooses == 0.0) || isSkipped(args.loss, args.gradNorm))
        return;
    for (std::int64_t i = 0; i < args.triplets; ++i) {
        const Parts<A> parts = partsOf(args, args.places[i]);
        A total = parts.meanP + parts.meanQ;
        if (args.lambda != nullptr) {
            total = parts.lambda + parts.meanP + parts.meanQ;
            args.lambda[i] = parts.lambda;
        }
        args.total[i] = total;
        args.meanP[i] = parts.meanP;
        args.meanQ[i] = parts.meanQ;
        if (args.rivals != nullptr)
            args.rivals[i] = args.mayStay == nullptr || args.mayStay[i] ? total : -static_cast<A>(HUGE_VAL);
    }
}

template void score(const ScoreArgs<float>&, Stream);
template void score(const ScoreArgs<double>&, Stream);

} // namespace spectune::kernels::SPECTUNE_CPU_LEVEL
