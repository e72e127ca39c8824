// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/cuda/CudaKernels.h"
#include "training/cuda/CudaSkip.cuh"
#include "training/cuda/CudaVector.cuh"

namespace spectune::kernels::gpu {

namespace {

constexpr int warp = 32;

/// Whether rival @p a, number @p i, comes before rival @p b, number @p j, of a stable descending sort.
template <typename A>
__device__ bool beats(A a, std::int64_t i, A b, std::int64_t j)
{
    if (isnan(a) || isnan(b))
        return isnan(a) && (!isnan(b) || i < j);
    return a > b || (a == b && i < j);
}

/// How many rivals come before number @p i: its place in the order, exact whatever the ties. One warp.
template <typename A>
__device__ int placeOf(const SelectArgs<A>& args, std::int64_t i)
{
    const A own = args.rivals[i];
    int before = 0;
    for (std::int64_t j = threadIdx.x % warp; j < args.triplets; j += warp)
        before += beats(args.rivals[j], j, own, i) ? 1 : 0;
    return __reduce_add_sync(0xffffffffU, before);
}

/// One warp a triplet: n² comparisons of a few thousand scores take microseconds, without a sort's many launches.
template <typename A>
__global__ void selectKernel(SelectArgs<A> args)
{
    if (isSkipped(args.loss, args.gradNorm))
        return;
    const StepScalars step = *args.scalars;
    const std::int64_t i = (static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x) / warp;
    if (i >= args.triplets || (step.chooses == 0.0 && step.masks == 0.0))
        return;
    const bool isFirstLane = threadIdx.x % warp == 0;
    bool kept = args.kept[i];
    if (step.chooses != 0.0) {
        const auto budget = static_cast<std::int64_t>(step.budget);
        const std::int64_t place = placeOf(args, i);
        if (isFirstLane) {
            const bool stays = place < budget;
            args.keptBefore[i] = kept;
            args.kept[i] = stays;
            if (kept && !stays)
                args.prunedAt[i] = static_cast<std::int32_t>(step.stepsDone);
            if (!kept && stays)
                args.revivedAt[i] = static_cast<std::int32_t>(step.stepsDone);
            kept = stays;
            const std::int64_t last = budget < args.triplets ? budget - 1 : args.triplets - 1;
            if (place == last)
                *args.threshold = args.rivals[i];
            if (budget == 0 && i == 0)
                *args.threshold = A(0);
        }
    }
    if (isFirstLane && step.masks != 0.0 && !kept)
        args.values[args.places[i].lambda] = A(0);
}

} // namespace

template <typename A>
void select(const SelectArgs<A>& args, Stream stream)
{
    if (args.triplets == 0)
        return;
    constexpr unsigned threads = 256;
    constexpr std::int64_t perBlock = threads / warp;
    const std::int64_t blocks = (args.triplets + perBlock - 1) / perBlock;
    selectKernel<A><<<static_cast<unsigned>(blocks), threads, 0, streamOf(stream)>>>(args);
}

template void select(const SelectArgs<float>&, Stream);
template void select(const SelectArgs<double>&, Stream);

} // namespace spectune::kernels::gpu
