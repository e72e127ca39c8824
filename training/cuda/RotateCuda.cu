// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/cuda/CudaChunk.cuh"
#include "training/cuda/CudaKernels.h"

#include <algorithm>

namespace spectune::kernels::gpu {

namespace {

/// Where a head of a row is taken from.
template <typename T>
__device__ const T* sourceOf(const RotateArgs<T>& args, std::int64_t row, std::int64_t head)
{
    const std::int64_t queries = args.heads - args.kvHeads;
    if (args.query.data == nullptr)
        return args.x.data + row * args.x.stride + head * args.headDim;
    if (head < queries)
        return args.query.data + row * args.query.stride + head * args.headDim;
    if (head < args.heads)
        return args.key.data + row * args.key.stride + (head - queries) * args.headDim;
    return args.value.data + row * args.value.stride + (head - args.heads) * args.headDim;
}

/// One thread a chunk of a head's lower half and its partner in the upper half; blockIdx.x is the row, so that no
/// thread divides 64-bit numbers: with those the kernel waits for its arithmetic, not for memory.
/// @param all heads, those that do not turn included
template <typename T, bool Packed>
__global__ void rotateKernel(RotateArgs<T> args, std::int64_t all)
{
    using A = Wide<T>;
    using C = Chunk<T, Packed>;
    const std::int64_t half = args.headDim / 2;
    const auto perHead = static_cast<unsigned>(half) / C::size;
    const std::int64_t row = blockIdx.x;
    const unsigned within = blockIdx.y * blockDim.x + threadIdx.x;
    const std::int64_t head = within / perHead;
    if (head >= all)
        return;
    const std::int64_t i = within % perHead * C::size;
    const T* from = sourceOf(args, row, head) + i;
    T* low = args.x.data + row * args.x.stride + head * args.headDim + i;
    A a[C::size];
    A b[C::size];
    C::load(from, a);
    C::load(from + half, b);
    if (head < args.heads) {
        const std::int64_t angles = args.positions[row] * args.headDim + i;
        A cos[C::size];
        A sin[C::size];
        C::load(args.cos + angles, cos);
        C::load(args.sin + angles, sin);
        for (int e = 0; e < C::size; ++e) {
            const A s = args.back ? -sin[e] : sin[e];
            const A turned = rounded<T>(a[e] * cos[e]) - b[e] * s;
            b[e] = rounded<T>(b[e] * cos[e]) + a[e] * s;
            a[e] = turned;
        }
    }
    C::store(low, a);
    C::store(low + half, b);
}

} // namespace

template <typename T>
void rotate(const RotateArgs<T>& args, Stream stream)
{
    if (args.rows == 0)
        return;
    const std::int64_t half = args.headDim / 2;
    const std::int64_t all = args.heads + (args.query.data != nullptr ? args.kvHeads : 0);
    const Rows<const T> cos {.data = args.cos, .stride = args.headDim};
    const Rows<const T> sin {.data = args.sin, .stride = args.headDim};
    const bool packed = packs(args.x, half) && packs(cos, half) && packs(sin, half) && packs(args.query, half)
        && packs(args.key, half) && packs(args.value, half);
    const auto ofRow = static_cast<unsigned>(all * (packed ? half / Pack<T>::size : half));
    constexpr unsigned warp = 32;
    constexpr unsigned most = 256;
    const unsigned threads = std::min(most, (ofRow + warp - 1) / warp * warp);
    const dim3 blocks(static_cast<unsigned>(args.rows), (ofRow + threads - 1) / threads);
    if (packed)
        rotateKernel<T, true><<<blocks, threads, 0, streamOf(stream)>>>(args, all);
    else
        rotateKernel<T, false><<<blocks, threads, 0, streamOf(stream)>>>(args, all);
}

template void rotate(const RotateArgs<float>&, Stream);
template void rotate(const RotateArgs<double>&, Stream);
template void rotate(const RotateArgs<BFloat16>&, Stream);

} // namespace spectune::kernels::gpu
