// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/optim/ArenaSweep.h"

#include "training/nn/FusedOps.h"
#include "training/nn/KernelTypes.h"
#include "training/nn/LoopParts.h"

#include <ATen/ATen.h>
#include <ATen/record_function.h>

#include <algorithm>

namespace spectune {

namespace {

template <typename A>
kernels::SweepArgs<A> arguments(const ArenaSweep& sweep)
{
    const OptimConfig& config = sweep.optimizer->config();
    kernels::SweepArgs<A> args {.elements = sweep.values.numel(),
        .trained = sweep.optimizer->firstMoment().numel(),
        .values = ops::pointerOf<A>(sweep.values),
        .gradients = ops::pointerOf<A>(sweep.gradients),
        .first = ops::pointerOf<A>(sweep.optimizer->firstMoment()),
        .second = ops::pointerOf<A>(sweep.optimizer->secondMoment()),
        .loss = ops::pointerOf<const A>(sweep.loss),
        .gradNorm = ops::pointerOf<const A>(sweep.gradNorm),
        .scalars = sweep.scalars,
        .maxNorm = sweep.maxNorm,
        .beta1 = config.beta1,
        .beta2 = config.beta2,
        .eps = config.eps,
        .weightDecay = config.weightDecay,
        .before = sweep.when == SensitivityStep::Pre};
    if (sweep.importance != nullptr) {
        args.sensitivity = ops::pointerOf<A>(sweep.importance->sensitivity());
        args.uncertainty = ops::pointerOf<A>(sweep.importance->uncertainty());
        args.beta1Importance = sweep.importance->beta1();
        args.beta2Importance = sweep.importance->beta2();
    }
    return args;
}

/// Of elements @p begin to @p end alone.
template <typename A>
kernels::SweepArgs<A> part(const kernels::SweepArgs<A>& of, std::int64_t begin, std::int64_t end)
{
    const auto from = [begin](A* array) { return array != nullptr ? array + begin : nullptr; };
    kernels::SweepArgs<A> args = of;
    args.elements = end - begin;
    args.trained = std::clamp<std::int64_t>(of.trained - begin, 0, end - begin);
    args.values = from(of.values);
    args.gradients = from(of.gradients);
    args.first = from(of.first);
    args.second = from(of.second);
    args.sensitivity = from(of.sensitivity);
    args.uncertainty = from(of.uncertainty);
    return args;
}

} // namespace

void ArenaSweep::run() const
{
    RECORD_FUNCTION("spectune::sweep", {});
    constexpr std::int64_t block = 1024; // parts end where the kernel's own blocks do
    const at::Device device = values.device();
    const std::int64_t blocks = (values.numel() + block - 1) / block;
    ops::withElementType(values.scalar_type(), [&]<typename T>(T*) {
        const auto whole = arguments<kernels::Wide<T>>(*this);
        forParts(device, workers, blocks, 16, [&](std::int64_t begin, std::int64_t end) {
            ops::tableFor<T>(device).sweep(
                part(whole, begin * block, std::min(end * block, whole.elements)), ops::currentStream(device));
        });
    });
}

} // namespace spectune
