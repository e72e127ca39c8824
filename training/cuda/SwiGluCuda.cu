// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/cuda/CudaKernels.h"
#include "training/cuda/CudaVector.cuh"

namespace spectune::kernels::gpu {

namespace {

template <typename A>
__device__ A sigmoid(A x)
{
    return A(1) / (A(1) + exponential(-x));
}

template <typename T, bool Packed>
__global__ void swiGluKernel(SwiGluArgs<T> args)
{
    using A = Wide<T>;
    using C = Chunk<T, Packed>;
    const std::int64_t index = (static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x) * C::size;
    const std::int64_t row = index / args.width;
    if (row >= args.rows)
        return;
    const std::int64_t i = index % args.width;
    A gate[C::size];
    A up[C::size];
    const T* from = args.gateUp.data + row * args.gateUp.stride + i;
    C::load(from, gate);
    C::load(from + args.width, up);
    for (int e = 0; e < C::size; ++e)
        gate[e] = rounded<T>(gate[e] * sigmoid(gate[e])) * up[e];
    C::store(args.out.data + row * args.out.stride + i, gate);
}

template <typename T, bool Packed>
__global__ void swiGluBackwardKernel(SwiGluBackwardArgs<T> args)
{
    using A = Wide<T>;
    using C = Chunk<T, Packed>;
    const std::int64_t index = (static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x) * C::size;
    const std::int64_t row = index / args.width;
    if (row >= args.rows)
        return;
    const std::int64_t i = index % args.width;
    A gate[C::size];
    A up[C::size];
    A d[C::size];
    const T* from = args.gateUp.data + row * args.gateUp.stride + i;
    C::load(from, gate);
    C::load(from + args.width, up);
    C::load(args.dOut.data + row * args.dOut.stride + i, d);
    A out[C::size];
    for (int e = 0; e < C::size; ++e) {
        const A s = sigmoid(gate[e]);
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

constexpr unsigned threads = 256;

unsigned blocksFor(std::int64_t elements, int chunk)
{
    return static_cast<unsigned>((elements / chunk + threads - 1) / threads);
}

} // namespace

template <typename T>
void swiGlu(const SwiGluArgs<T>& args, Stream stream)
{
    if (args.rows == 0)
        return;
    const std::int64_t elements = args.rows * args.width;
    if (packs(args.gateUp, args.width) && packs(args.out, args.width))
        swiGluKernel<T, true><<<blocksFor(elements, Pack<T>::size), threads, 0, streamOf(stream)>>>(args);
    else
        swiGluKernel<T, false><<<blocksFor(elements, 1), threads, 0, streamOf(stream)>>>(args);
}

template <typename T>
void swiGluBackward(const SwiGluBackwardArgs<T>& args, Stream stream)
{
    if (args.rows == 0)
        return;
    const std::int64_t elements = args.rows * args.width;
    const bool packed = packs(args.gateUp, args.width) && packs(args.dOut, args.width)
        && packs(args.dGateUp, args.width) && packs(args.out, args.width);
    if (packed)
        swiGluBackwardKernel<T, true><<<blocksFor(elements, Pack<T>::size), threads, 0, streamOf(stream)>>>(args);
    else
        swiGluBackwardKernel<T, false><<<blocksFor(elements, 1), threads, 0, streamOf(stream)>>>(args);
}

template void swiGlu(const SwiGluArgs<float>&, Stream);
template void swiGlu(const SwiGluArgs<double>&, Stream);
template void swiGlu(const SwiGluArgs<BFloat16>&, Stream);
template void swiGluBackward(const SwiGluBackwardArgs<float>&, Stream);
template void swiGluBackward(const SwiGluBackwardArgs<double>&, Stream);
template void swiGluBackward(const SwiGluBackwardArgs<BFloat16>&, Stream);

} // namespace spectune::kernels::gpu
