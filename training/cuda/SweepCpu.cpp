// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/cuda/CpuKernels.h"
#include "training/cuda/CpuVector.h"

namespace spectune::kernels::SPECTUNE_CPU_LEVEL {

namespace {

/// The factors of a step, the same for every element.
template <typename A>
struct Factors {
    A clip;
    A decay;
    A beta1;
    A beta2;
    A rate; ///< lr / (1 − β1^k)
    A root; ///< √(1 − β2^k)
    A eps;
    A beta1Importance;
    A beta2Importance;
};

template <typename A>
Factors<A> factorsOf(const SweepArgs<A>& args)
{
    const A norm = *args.gradNorm;
    const A limit = static_cast<A>(args.maxNorm) / (norm + static_cast<A>(1e-6));
    const StepScalars& step = *args.scalars;
    return {.clip = args.maxNorm > 0.0 && limit < A(1) ? limit : A(1),
        .decay = static_cast<A>(1.0 - step.lr * args.weightDecay),
        .beta1 = static_cast<A>(args.beta1),
        .beta2 = static_cast<A>(args.beta2),
        .rate = static_cast<A>(step.lr / step.correction1),
        .root = static_cast<A>(std::sqrt(step.correction2)),
        .eps = static_cast<A>(args.eps),
        .beta1Importance = static_cast<A>(args.beta1Importance),
        .beta2Importance = static_cast<A>(args.beta2Importance)};
}

// One loop an idea, without a branch inside and with nothing aliased: the compiler turns each into vector code.

template <typename A>
void scale(A* __restrict gradients, A factor, std::int64_t count)
{
    for (std::int64_t i = 0; i < count; ++i)
        gradients[i] *= factor;
}

template <typename A>
void observe(const A* __restrict values, const A* __restrict gradients, A* __restrict sensitivity,
    A* __restrict uncertainty, Factors<A> by, std::int64_t count)
{
    for (std::int64_t i = 0; i < count; ++i) {
        const A product = values[i] * gradients[i];
        const A now = product < A(0) ? -product : product;
        const A smooth = by.beta1Importance * sensitivity[i] + (A(1) - by.beta1Importance) * now;
        const A apart = now - smooth;
        sensitivity[i] = smooth;
        uncertainty[i]
            = by.beta2Importance * uncertainty[i] + (A(1) - by.beta2Importance) * (apart < A(0) ? -apart : apart);
    }
}

inline float rootOf(float x)
{
    return __builtin_sqrtf(x);
}
inline double rootOf(double x)
{
    return __builtin_sqrt(x);
}

template <typename A>
void optimize(A* __restrict values, const A* __restrict gradients, A* __restrict firsts, A* __restrict seconds,
    Factors<A> by, std::int64_t count)
{
    for (std::int64_t i = 0; i < count; ++i) {
        const A gradient = gradients[i];
        const A first = firsts[i] + (gradient - firsts[i]) * (A(1) - by.beta1);
        const A second = by.beta2 * seconds[i] + (A(1) - by.beta2) * gradient * gradient;
        firsts[i] = first;
        seconds[i] = second;
        values[i] = values[i] * by.decay - by.rate * first / (rootOf(second) / by.root + by.eps);
    }
}

} // namespace

template <typename A>
void sweep(const SweepArgs<A>& args, Stream)
{
    if (isSkipped(args.loss, args.gradNorm))
        return;
    const Factors<A> by = factorsOf(args);
    const bool observes = args.sensitivity != nullptr && args.scalars->observes != 0.0;
    constexpr std::int64_t block = 1024; // what six arrays leave in the first cache between one loop and the next
    for (std::int64_t i = 0; i < args.elements; i += block) {
        const std::int64_t count = args.elements - i < block ? args.elements - i : block;
        const auto take = [&] {
            observe(args.values + i, args.gradients + i, args.sensitivity + i, args.uncertainty + i, by, count);
        };
        scale(args.gradients + i, by.clip, count);
        if (observes && args.before)
            take();
        if (i < args.trained)
            optimize(args.values + i, args.gradients + i, args.first + i, args.second + i, by,
                args.trained - i < count ? args.trained - i : count);
        if (observes && !args.before)
            take();
    }
}

template void sweep(const SweepArgs<float>&, Stream);
template void sweep(const SweepArgs<double>&, Stream);

} // namespace spectune::kernels::SPECTUNE_CPU_LEVEL
