// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/cuda/CudaChunk.cuh"
#include "training/cuda/CudaKernels.h"

namespace spectune::kernels::gpu {

namespace {

/// One block a row. The row is read three times; at usual vocabularies the second and third time from the cache.
template <typename T, bool Packed>
__global__ void crossEntropyKernel(CrossEntropyArgs<T> args)
{
    using A = Wide<T>;
    using C = Chunk<T, Packed>;
    __shared__ A shared[33];
    const std::int64_t row = blockIdx.x;
    T* logits = args.logits.data + row * args.logits.stride;
    const std::int64_t target = args.targets[row];
    const bool bears = target >= 0;
    const A own = widened(logits[bears ? target : 0]);
    A most = own;
    for (std::int64_t i = threadIdx.x * C::size; i < args.vocabulary; i += blockDim.x * C::size) {
        A value[C::size];
        C::load(logits + i, value);
        for (int e = 0; e < C::size; ++e)
            most = value[e] > most ? value[e] : most;
    }
    most = blockMax(most, shared);
    A sum = 0;
    for (std::int64_t i = threadIdx.x * C::size; i < args.vocabulary; i += blockDim.x * C::size) {
        A value[C::size];
        C::load(logits + i, value);
        for (int e = 0; e < C::size; ++e)
            sum += exponential(value[e] - most);
    }
    sum = blockSum(sum, shared);
    // As on the CPU: most + log(sum) would lose digits of the sum beside large logits.
    if (threadIdx.x == 0)
        args.losses[row] = bears ? most - own + log(sum) : A(0);
    if (args.scale == nullptr)
        return;
    const A scale = bears ? *args.scale : A(0);
    const A inverse = A(1) / sum;
    for (std::int64_t i = threadIdx.x * C::size; i < args.vocabulary; i += blockDim.x * C::size) {
        A value[C::size];
        C::load(logits + i, value);
        for (int e = 0; e < C::size; ++e)
            value[e] = (exponential(value[e] - most) * inverse - (i + e == target ? A(1) : A(0))) * scale;
        C::store(logits + i, value);
    }
}

} // namespace

template <typename T>
void crossEntropy(const CrossEntropyArgs<T>& args, Stream stream)
{
    if (args.rows == 0)
        return;
    const auto rows = static_cast<unsigned>(args.rows);
    if (packs(args.logits, args.vocabulary))
        crossEntropyKernel<T, true>
            <<<rows, rowThreads(args.vocabulary / Pack<T>::size, 1024), 0, streamOf(stream)>>>(args);
    else
        crossEntropyKernel<T, false><<<rows, rowThreads(args.vocabulary, 1024), 0, streamOf(stream)>>>(args);
}

template void crossEntropy(const CrossEntropyArgs<float>&, Stream);
template void crossEntropy(const CrossEntropyArgs<double>&, Stream);
template void crossEntropy(const CrossEntropyArgs<BFloat16>&, Stream);

} // namespace spectune::kernels::gpu
