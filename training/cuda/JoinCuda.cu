// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/cuda/CudaChunk.cuh"
#include "training/cuda/CudaKernels.h"

namespace spectune::kernels::gpu {

namespace {

constexpr unsigned joinThreads = 128;
constexpr int ahead = 4; ///< elements that a thread collects at once: past a store the compiler moves no load

/// A thread's row of P, in stores of 16 bytes. @param values its first value in Pᵀ
template <typename T>
__device__ void storeRow(T* to, const JoinedFactor& factor, const Wide<T>* values, const Wide<T>* lambda, Wide<T> scale)
{
    constexpr int size = Pack<T>::size;
    for (std::int64_t i = 0; i < factor.joinedRank; i += size) {
        Pack<T> pack;
        for (int e = 0; e < size; ++e)
            pack.element[e]
                = narrowed<T>(i + e < factor.rank ? values[(i + e) * factor.width] * (lambda[i + e] * scale) : 0);
        *reinterpret_cast<Pack<T>*>(to + i) = pack;
    }
}

/// A block has some columns of one factor, so that what it reads is contiguous.
template <typename T>
__global__ void joinKernel(JoinArgs<T> args)
{
    using A = Wide<T>;
    const JoinedFactor factor = args.factors[blockIdx.x];
    const std::int64_t column = static_cast<std::int64_t>(blockIdx.y) * joinThreads + threadIdx.x;
    if (column >= factor.width)
        return;
    const A* values = args.values + factor.values + column;
    T* joined = static_cast<T*>(factor.joined);
    const A scale = static_cast<A>(args.scale);
    if (factor.lambda < 0) {
        for (std::int64_t i = 0; i < factor.rank; ++i)
            joined[i * factor.stride + column] = narrowed<T>(values[i * factor.width]);
        return;
    }
    T* row = joined + column * factor.stride;
    const A* lambda = args.values + factor.lambda;
    constexpr std::int64_t size = Pack<T>::size;
    if (factor.joinedRank % size == 0 && factor.stride % size == 0
        && reinterpret_cast<std::uintptr_t>(joined) % sizeof(Pack<T>) == 0)
        return storeRow(row, factor, values, lambda, scale);
    for (std::int64_t i = 0; i < factor.rank; ++i)
        row[i] = narrowed<T>(values[i * factor.width] * (lambda[i] * scale));
}

/// A block has one row of one factor.
template <typename A>
__global__ void collectKernel(CollectArgs<A> args)
{
    __shared__ A shared[33];
    const JoinedFactor factor = args.factors[blockIdx.x];
    const std::int64_t row = blockIdx.y;
    if (row >= factor.rank)
        return;
    const std::int64_t begin = factor.values + row * factor.width;
    const A* sums = args.sums + factor.sums + row * factor.sumsStride;
    const A scale = static_cast<A>(args.scale);
    const A weight = factor.lambda < 0 ? A(1) : args.values[factor.lambda + row] * scale;
    A along = A(0);
    for (std::int64_t first = threadIdx.x; first < factor.width; first += ahead * blockDim.x) {
        A sum[ahead];
        A value[ahead];
        for (int i = 0; i < ahead; ++i) {
            const std::int64_t j = first + i * blockDim.x;
            sum[i] = j < factor.width ? sums[j] : A(0);
            value[i] = j < factor.width && factor.lambda >= 0 ? args.values[begin + j] : A(0);
        }
        for (int i = 0; i < ahead; ++i) {
            const std::int64_t j = first + i * blockDim.x;
            if (j < factor.width)
                args.gradients[begin + j] = sum[i] * weight;
            along += value[i] * sum[i];
        }
    }
    if (factor.lambda < 0 || !args.trainsLambda)
        return;
    along = blockSum(along, shared);
    if (threadIdx.x == 0)
        args.gradients[factor.lambda + row] = along * scale;
}

} // namespace

template <typename T>
void join(const JoinArgs<T>& args, Stream stream)
{
    if (args.count == 0)
        return;
    const dim3 blocks(
        static_cast<unsigned>(args.count), static_cast<unsigned>((args.widest + joinThreads - 1) / joinThreads));
    joinKernel<T><<<blocks, joinThreads, 0, streamOf(stream)>>>(args);
}

template <typename A>
void collect(const CollectArgs<A>& args, Stream stream)
{
    if (args.count == 0)
        return;
    const dim3 blocks(static_cast<unsigned>(args.count), static_cast<unsigned>(args.mostRows));
    collectKernel<A><<<blocks, 256, 0, streamOf(stream)>>>(args);
}

template void join(const JoinArgs<float>&, Stream);
template void join(const JoinArgs<double>&, Stream);
template void join(const JoinArgs<BFloat16>&, Stream);
template void collect(const CollectArgs<float>&, Stream);
template void collect(const CollectArgs<double>&, Stream);

} // namespace spectune::kernels::gpu
