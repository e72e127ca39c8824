// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/cuda/CudaKernels.h"
#include "training/cuda/CudaSkip.cuh"
#include "training/cuda/CudaVector.cuh"

namespace spectune::kernels::gpu {

namespace {

template <typename A>
__device__ void observe(const SweepArgs<A>& args, std::int64_t i, A value, A gradient)
{
    const A beta1 = static_cast<A>(args.beta1Importance);
    const A beta2 = static_cast<A>(args.beta2Importance);
    const A now = abs(value * gradient);
    const A smooth = beta1 * args.sensitivity[i] + (A(1) - beta1) * now;
    args.sensitivity[i] = smooth;
    args.uncertainty[i] = beta2 * args.uncertainty[i] + (A(1) - beta2) * abs(now - smooth);
}

template <typename A>
__global__ void sweepKernel(SweepArgs<A> args)
{
    if (isSkipped(args.loss, args.gradNorm))
        return;
    const A norm = *args.gradNorm;
    const StepScalars step = *args.scalars;
    const A limit = static_cast<A>(args.maxNorm) / (norm + static_cast<A>(1e-6));
    const A clip = args.maxNorm > 0.0 && limit < A(1) ? limit : A(1);
    const bool observes = args.sensitivity != nullptr && step.observes != 0.0;
    const A beta1 = static_cast<A>(args.beta1);
    const A beta2 = static_cast<A>(args.beta2);
    const A decay = static_cast<A>(1.0 - step.lr * args.weightDecay);
    const A rate = static_cast<A>(step.lr / step.correction1);
    const A root = static_cast<A>(sqrt(step.correction2));
    const std::int64_t jump = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < args.elements;
         i += jump) {
        const A gradient = args.gradients[i] * clip;
        A value = args.values[i];
        args.gradients[i] = gradient;
        if (observes && args.before)
            observe(args, i, value, gradient);
        if (i < args.trained) {
            const A first = args.first[i] + (gradient - args.first[i]) * (A(1) - beta1);
            const A second = beta2 * args.second[i] + (A(1) - beta2) * gradient * gradient;
            args.first[i] = first;
            args.second[i] = second;
            value = value * decay - rate * first / (sqrt(second) / root + static_cast<A>(args.eps));
            args.values[i] = value;
        }
        if (observes && !args.before)
            observe(args, i, value, gradient);
    }
}

} // namespace

template <typename A>
void sweep(const SweepArgs<A>& args, Stream stream)
{
    if (args.elements == 0)
        return;
    constexpr unsigned threads = 256;
    constexpr std::int64_t most = 4096;
    const std::int64_t blocks = (args.elements + threads - 1) / threads;
    sweepKernel<A><<<static_cast<unsigned>(blocks < most ? blocks : most), threads, 0, streamOf(stream)>>>(args);
}

template void sweep(const SweepArgs<float>&, Stream);
template void sweep(const SweepArgs<double>&, Stream);

} // namespace spectune::kernels::gpu
