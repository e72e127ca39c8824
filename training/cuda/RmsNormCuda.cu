// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/cuda/CudaChunk.cuh"
#include "training/cuda/CudaKernels.h"

namespace spectune::kernels::gpu {

namespace {

constexpr unsigned mostThreads = 512;
/// Chunks of a row that a thread keeps while the row is summed up; of a wider row it reads the rest again.
constexpr int held = 2;

/// One block a row.
template <typename T, bool Packed>
__global__ void rmsNormKernel(RmsNormArgs<T> args)
{
    using A = Wide<T>;
    using C = Chunk<T, Packed>;
    __shared__ A shared[33];
    const std::int64_t row = blockIdx.x;
    const T* x = args.x.data + row * args.x.stride;
    const T* delta = args.delta.data != nullptr ? args.delta.data + row * args.delta.stride : nullptr;
    T* sum = args.sum.data != nullptr ? args.sum.data + row * args.sum.stride : nullptr;
    const std::int64_t first = threadIdx.x * C::size;
    const std::int64_t step = blockDim.x * C::size;
    A squares = 0;
    const auto take = [&](std::int64_t i, A(&value)[C::size]) {
        C::load(x + i, value);
        if (delta != nullptr) {
            A added[C::size];
            C::load(delta + i, added);
            for (int e = 0; e < C::size; ++e)
                value[e] = rounded<T>(value[e] + added[e]);
        }
        if (sum != nullptr)
            C::store(sum + i, value);
        for (int e = 0; e < C::size; ++e)
            squares += value[e] * value[e];
    };
    A kept[held][C::size];
#pragma unroll
    for (int k = 0; k < held; ++k)
        if (first + k * step < args.width)
            take(first + k * step, kept[k]);
    for (std::int64_t i = first + held * step; i < args.width; i += step) {
        A value[C::size];
        take(i, value);
    }
    squares = blockSum(squares, shared);
    const A inverse = A(1) / sqrt(squares / static_cast<A>(args.width) + static_cast<A>(args.eps));
    if (args.inverse != nullptr && threadIdx.x == 0)
        args.inverse[row] = inverse;
    if (args.y.data == nullptr)
        return;
    const auto give = [&](std::int64_t i, A(&value)[C::size]) {
        A weight[C::size];
        C::load(args.weight + i, weight);
        for (int e = 0; e < C::size; ++e)
            value[e] = rounded<T>(value[e] * inverse) * weight[e];
        C::store(args.y.data + row * args.y.stride + i, value);
    };
#pragma unroll
    for (int k = 0; k < held; ++k)
        if (first + k * step < args.width)
            give(first + k * step, kept[k]);
    const T* from = sum != nullptr ? sum : x; // each thread reads what it wrote itself
    for (std::int64_t i = first + held * step; i < args.width; i += step) {
        A value[C::size];
        C::load(from + i, value);
        give(i, value);
    }
}

template <typename T, bool Packed>
__global__ void rmsNormBackwardKernel(RmsNormBackwardArgs<T> args)
{
    using A = Wide<T>;
    using C = Chunk<T, Packed>;
    __shared__ A shared[33];
    const std::int64_t row = blockIdx.x;
    const T* x = args.x.data + row * args.x.stride;
    const T* dy = args.dy.data + row * args.dy.stride;
    T* dx = args.dx.data + row * args.dx.stride;
    const A inverse = args.inverse[row];
    A along = 0;
    for (std::int64_t i = threadIdx.x * C::size; i < args.width; i += blockDim.x * C::size) {
        A value[C::size];
        A gradient[C::size];
        A weight[C::size];
        C::load(x + i, value);
        C::load(dy + i, gradient);
        C::load(args.weight + i, weight);
        for (int e = 0; e < C::size; ++e)
            along += gradient[e] * weight[e] * value[e];
    }
    along = blockSum(along, shared) * inverse * inverse / static_cast<A>(args.width);
    for (std::int64_t i = threadIdx.x * C::size; i < args.width; i += blockDim.x * C::size) {
        A value[C::size];
        A gradient[C::size];
        A weight[C::size];
        A total[C::size];
        C::load(x + i, value);
        C::load(dy + i, gradient);
        C::load(args.weight + i, weight);
        C::load(dx + i, total);
        for (int e = 0; e < C::size; ++e)
            total[e] += (gradient[e] * weight[e] - value[e] * along) * inverse;
        C::store(dx + i, total);
    }
}

bool aligned(const void* pointer)
{
    return reinterpret_cast<std::uintptr_t>(pointer) % 16 == 0;
}

} // namespace

template <typename T>
void rmsNorm(const RmsNormArgs<T>& args, Stream stream)
{
    if (args.rows == 0)
        return;
    const bool packed = packs(args.x, args.width) && packs(args.delta, args.width) && packs(args.sum, args.width)
        && packs(args.y, args.width) && aligned(args.weight);
    const auto rows = static_cast<unsigned>(args.rows);
    if (packed)
        rmsNormKernel<T, true>
            <<<rows, rowThreads(args.width / (held * Pack<T>::size), mostThreads), 0, streamOf(stream)>>>(args);
    else
        rmsNormKernel<T, false><<<rows, rowThreads(args.width, mostThreads), 0, streamOf(stream)>>>(args);
}

template <typename T>
void rmsNormBackward(const RmsNormBackwardArgs<T>& args, Stream stream)
{
    if (args.rows == 0)
        return;
    const bool packed
        = packs(args.x, args.width) && packs(args.dy, args.width) && packs(args.dx, args.width) && aligned(args.weight);
    const auto rows = static_cast<unsigned>(args.rows);
    if (packed)
        rmsNormBackwardKernel<T, true>
            <<<rows, rowThreads(args.width / Pack<T>::size, mostThreads), 0, streamOf(stream)>>>(args);
    else
        rmsNormBackwardKernel<T, false><<<rows, rowThreads(args.width, mostThreads), 0, streamOf(stream)>>>(args);
}

template void rmsNorm(const RmsNormArgs<float>&, Stream);
template void rmsNorm(const RmsNormArgs<double>&, Stream);
template void rmsNorm(const RmsNormArgs<BFloat16>&, Stream);
template void rmsNormBackward(const RmsNormBackwardArgs<float>&, Stream);
template void rmsNormBackward(const RmsNormBackwardArgs<double>&, Stream);
template void rmsNormBackward(const RmsNormBackwardArgs<BFloat16>&, Stream);

} // namespace spectune::kernels::gpu
