// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/cuda/CudaKernels.h"
#include "training/cuda/CudaSkip.cuh"
#include "training/cuda/CudaVector.cuh"

namespace spectune::kernels::gpu {

namespace {

/// s of one element of the arena: Ī·Ū, or Ī alone.
template <typename A>
__device__ A scoreAt(const ScoreArgs<A>& args, std::int64_t element)
{
    const A smooth = args.sensitivity[element];
    return args.uncertainty != nullptr ? smooth * args.uncertainty[element] : smooth;
}

/// Mean of s over a row, the same on every thread of the block.
template <typename A>
__device__ A meanOf(const ScoreArgs<A>& args, std::int64_t begin, std::int64_t width, A* shared)
{
    A sum = 0;
    for (std::int64_t i = threadIdx.x; i < width; i += blockDim.x)
        sum += scoreAt(args, begin + i);
    return blockSum(sum, shared) / static_cast<A>(width);
}

/// One block a triplet.
template <typename A>
__global__ void scoreKernel(ScoreArgs<A> args)
{
    __shared__ A shared[33];
    if ((args.scalars != nullptr && args.scalars->chooses == 0.0) || isSkipped(args.loss, args.gradNorm))
        return;
    const std::int64_t i = blockIdx.x;
    const TripletPlace place = args.places[i];
    A lambda = 0;
    A meanP = 0;
    A meanQ = 0;
    if (args.sensitivity == nullptr)
        lambda = abs(args.values[place.lambda]);
    else {
        lambda = scoreAt(args, place.lambda);
        meanP = meanOf(args, place.p, place.pWidth, shared);
        meanQ = meanOf(args, place.q, place.qWidth, shared);
    }
    if (threadIdx.x != 0)
        return;
    A total = meanP + meanQ;
    if (args.lambda != nullptr) {
        total = lambda + meanP + meanQ;
        args.lambda[i] = lambda;
    }
    args.total[i] = total;
    args.meanP[i] = meanP;
    args.meanQ[i] = meanQ;
    if (args.rivals != nullptr)
        args.rivals[i] = args.mayStay == nullptr || args.mayStay[i] ? total : -static_cast<A>(INFINITY);
}

} // namespace

template <typename A>
void score(const ScoreArgs<A>& args, Stream stream)
{
    if (args.triplets == 0)
        return;
    constexpr unsigned threads = 256;
    scoreKernel<A><<<static_cast<unsigned>(args.triplets), threads, 0, streamOf(stream)>>>(args);
}

template void score(const ScoreArgs<float>&, Stream);
template void score(const ScoreArgs<double>&, Stream);

} // namespace spectune::kernels::gpu
