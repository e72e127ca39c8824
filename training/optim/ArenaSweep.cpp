// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/optim/ArenaSweep.h"

#include "training/nn/FusedOps.h"
#include "training/nn/KernelTypes.h"

#include <ATen/ATen.h>

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

} // namespace

void ArenaSweep::run() const
{
    const at::Device device = values.device();
    ops::withElementType(values.scalar_type(), [&]<typename T>(T*) {
        using A = kernels::Wide<T>;
        ops::tableFor<T>(device).sweep(arguments<A>(*this), ops::currentStream(device));
    });
}

} // namespace spectune
