// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/cuda/CudaChunk.cuh"
#include "training/cuda/CudaKernels.h"

namespace spectune::kernels::gpu {

namespace {

/// The chunk of a thread: blockIdx.x is the row, so that no thread divides 64-bit numbers.
template <typename C>
__device__ std::int64_t ownColumn()
{
    return (static_cast<std::int64_t>(blockIdx.y) * blockDim.x + threadIdx.x) * C::size;
}

template <typename T, bool Packed>
__global__ void swiGluKernel(SwiGluArgs<T> args)
{
    using A = Wide<T>;
    using C = Chunk<T, Packed>;
    const std::int64_t row = blockIdx.x;
    const std::int64_t i = ownColumn<C>();
    if (i >= args.width)
        return;
    A gate[C::size];
    A up[C::size];
    const T* from = args.gateUp.data + row * args.gateUp.stride + i;
    C::load(from, gate);
    C::load(from + args.width, up);
    for (int e = 0; e < C::size; ++e)
        gate[e] = rounded<T>(gate[e] * sigmoid<T>(gate[e])) * up[e];
    C::store(args.out.data + row * args.out.stride + i, gate);
}

template <typename T, bool Packed>
__global__ void swiGluBackwardKernel(SwiGluBackwardArgs<T> args)
{
    using A = Wide<T>;
    using C = Chunk<T, Packed>;
    const std::int64_t row = blockIdx.x;
    const std::int64_t i = ownColumn<C>();
    if (i >= args.width)
        return;
    A gate[C::size];
    A up[C::size];
    A d[C::size];
    const T* from = args.gateUp.data + row * args.gateUp.stride + i;
    C::load(from, gate);
    C::load(from + args.width, up);
    C::load(args.dOut.data + row * args.dOut.stride + i, d);
    A out[C::size];
    for (int e = 0; e < C::size; ++e) {
        const A s = sigmoid<T>(gate[e]);
        const A silu = rounded<T>(gate[e] * s);
        out[e] = silu * up[e];
        gate[e] = rounded<T>(d[e] * up[e]) * (s * (A(1) + gate[e] * (A(1) - s)));
        up[e] = d[e] * silu;
    }
    T* to = args.dGateUp.data + row * args.dGateUp.stride + i;
    C::store(to, gate);
    C::store(to + args.width, up);
    if (args.out.data != nullptr)
        C::store(args.out.data + row * args.out.stride + i, out);
}

/// Blocks of a row each, or of a part of it, as even as whole warps allow.
struct Launch {
    dim3 blocks;
    unsigned threads;
};

Launch launchOf(std::int64_t rows, std::int64_t chunks)
{
    constexpr std::int64_t most = 512;
    constexpr std::int64_t warp = 32;
    const std::int64_t parts = (chunks + most - 1) / most;
    const std::int64_t warps = (chunks + parts * warp - 1) / (parts * warp);
    return {.blocks = dim3(static_cast<unsigned>(rows), static_cast<unsigned>(parts)),
        .threads = static_cast<unsigned>(warps * warp)};
}

template <typename T>
Launch launchOf(std::int64_t rows, std::int64_t width, bool packed)
{
    return launchOf(rows, packed ? width / Pack<T>::size : width);
}

} // namespace

template <typename T>
void swiGlu(const SwiGluArgs<T>& args, Stream stream)
{
    if (args.rows == 0 || args.width == 0)
        return;
    const bool packed = packs(args.gateUp, args.width) && packs(args.out, args.width);
    const Launch launch = launchOf<T>(args.rows, args.width, packed);
    if (packed)
        swiGluKernel<T, true><<<launch.blocks, launch.threads, 0, streamOf(stream)>>>(args);
    else
        swiGluKernel<T, false><<<launch.blocks, launch.threads, 0, streamOf(stream)>>>(args);
}

template <typename T>
void swiGluBackward(const SwiGluBackwardArgs<T>& args, Stream stream)
{
    if (args.rows == 0 || args.width == 0)
        return;
    const bool packed = packs(args.gateUp, args.width) && packs(args.dOut, args.width)
        && packs(args.dGateUp, args.width) && packs(args.out, args.width);
    const Launch launch = launchOf<T>(args.rows, args.width, packed);
    if (packed)
        swiGluBackwardKernel<T, true><<<launch.blocks, launch.threads, 0, streamOf(stream)>>>(args);
    else
        swiGluBackwardKernel<T, false><<<launch.blocks, launch.threads, 0, streamOf(stream)>>>(args);
}

template void swiGlu(const SwiGluArgs<float>&, Stream);
template void swiGlu(const SwiGluArgs<double>&, Stream);
template void swiGlu(const SwiGluArgs<BFloat16>&, Stream);
template void swiGluBackward(const SwiGluBackwardArgs<float>&, Stream);
template void swiGluBackward(const SwiGluBackwardArgs<double>&, Stream);
template void swiGluBackward(const SwiGluBackwardArgs<BFloat16>&, Stream);

} // namespace spectune::kernels::gpu
