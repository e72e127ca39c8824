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

template <typename A>
void observe(const SweepArgs<A>& args, const Factors<A>& by, std::int64_t i)
{
    const A product = args.values[i] * args.gradients[i];
    const A now = product < A(0) ? -product : product;
    const A smooth = by.beta1Importance * args.sensitivity[i] + (A(1) - by.beta1Importance) * now;
    const A apart = now < smooth ? smooth - now : now - smooth;
    args.sensitivity[i] = smooth;
    args.uncertainty[i] = by.beta2Importance * args.uncertainty[i] + (A(1) - by.beta2Importance) * apart;
}

template <typename A>
void optimize(const SweepArgs<A>& args, const Factors<A>& by, std::int64_t i)
{
    const A gradient = args.gradients[i];
    const A first = args.first[i] + (gradient - args.first[i]) * (A(1) - by.beta1);
    const A second = by.beta2 * args.second[i] + (A(1) - by.beta2) * gradient * gradient;
    args.first[i] = first;
    args.second[i] = second;
    const A root = sizeof(A) == 8 ? static_cast<A>(__builtin_sqrt(second)) : static_cast<A>(__builtin_sqrtf(second));
    args.values[i] = args.values[i] * by.decay - by.rate * first / (root / by.root + by.eps);
}

} // namespace

template <typename A>
void sweep(const SweepArgs<A>& args, Stream)
{
    const A norm = *args.gradNorm;
    if (!(norm - norm == A(0))) // infinite or NaN
        return;
    const Factors<A> by = factorsOf(args);
    const bool observes = args.sensitivity != nullptr && args.scalars->observes != 0.0;
    for (std::int64_t i = 0; i < args.elements; ++i) {
        args.gradients[i] *= by.clip;
        if (observes && args.before)
            observe(args, by, i);
        if (i < args.trained)
            optimize(args, by, i);
        if (observes && !args.before)
            observe(args, by, i);
    }
}

template void sweep(const SweepArgs<float>&, Stream);
template void sweep(const SweepArgs<double>&, Stream);

} // namespace spectune::kernels::SPECTUNE_CPU_LEVEL
