// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/optim/ArenaSweep.h"

#include "training/nn/FusedOps.h"
#include "training/nn/KernelTypes.h"

#include <ATen/ATen.h>

#include <cmath>

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
        .gradNorm = ops::pointerOf<const A>(sweep.gradNorm),
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
    optimizer->countStep();
    const auto k = static_cast<double>(optimizer->steps());
    const kernels::StepScalars scalars {.lr = lr,
        .correction1 = 1.0 - std::pow(optimizer->config().beta1, k),
        .correction2 = 1.0 - std::pow(optimizer->config().beta2, k),
        .observes = importance != nullptr ? 1.0 : 0.0};
    const at::Device device = values.device();
    const at::Tensor onDevice
        = at::tensor({scalars.lr, scalars.correction1, scalars.correction2, scalars.observes}, at::kDouble).to(device);
    static_assert(sizeof scalars == 4 * sizeof(double));
    ops::withElementType(values.scalar_type(), [&]<typename T>(T*) {
        using A = kernels::Wide<T>;
        kernels::SweepArgs<A> args = arguments<A>(*this);
        args.scalars = static_cast<const kernels::StepScalars*>(onDevice.const_data_ptr());
        ops::tableFor<T>(device).sweep(args, ops::currentStream(device));
    });
}

} // namespace spectune
