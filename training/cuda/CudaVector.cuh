// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/cuda/Elements.h"

#include <cuda_runtime.h>

#include <cstdint>

namespace spectune::kernels::gpu {

/// @name Two bfloat16 in a word
/// @{
inline __device__ float lowOf(unsigned two)
{
    return __uint_as_float(two << 16U);
}

inline __device__ float highOf(unsigned two)
{
    return __uint_as_float(two & 0xffff0000U);
}

/// Two numbers as bfloat16: to the nearest, ties to even; NaN stays NaN.
inline __device__ unsigned packed(float low, float high)
{
    unsigned two;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(two) : "f"(high), "f"(low));
    return two;
}
/// @}

__device__ inline float widened(float x)
{
    return x;
}
__device__ inline double widened(double x)
{
    return x;
}
__device__ inline float widened(BFloat16 x)
{
    return lowOf(x.bits);
}

template <typename T>
__device__ inline T narrowed(Wide<T> x)
{
    return x;
}
template <>
__device__ inline BFloat16 narrowed<BFloat16>(float x)
{
    return {static_cast<std::uint16_t>(packed(x, 0.0F))};
}

/// x as it is after having been stored as T.
template <typename T>
__device__ inline Wide<T> rounded(Wide<T> x)
{
    return widened(narrowed<T>(x));
}

__device__ inline float exponential(float x)
{
    return expf(x);
}
__device__ inline double exponential(double x)
{
    return exp(x);
}

/// 1 / (1 + e⁻ˣ). What is rounded to bfloat16 afterwards takes it to a few units of float32: full precision would cost
/// more than the memory that it is read from.
template <typename T>
__device__ Wide<T> sigmoid(Wide<T> x)
{
    return Wide<T>(1) / (Wide<T>(1) + exponential(-x));
}
template <>
__device__ inline float sigmoid<BFloat16>(float x)
{
    return __fdividef(1.0F, 1.0F + __expf(-x));
}

/// Σ over the block, the same on every thread and in the same order every time. @param shared 33 elements
template <typename A>
__device__ A blockSum(A value, A* shared)
{
    for (int offset = 16; offset > 0; offset /= 2)
        value += __shfl_xor_sync(0xffffffffU, value, offset);
    const int warp = static_cast<int>(threadIdx.x) / 32;
    const int lane = static_cast<int>(threadIdx.x) % 32;
    const int warps = static_cast<int>(blockDim.x) / 32;
    __syncthreads(); // an earlier sum may still be read
    if (lane == 0)
        shared[warp] = value;
    __syncthreads();
    value = lane < warps ? shared[lane] : A(0);
    for (int offset = 16; offset > 0; offset /= 2)
        value += __shfl_xor_sync(0xffffffffU, value, offset);
    return value;
}

template <typename A>
__device__ A blockMax(A value, A* shared)
{
    const auto larger = [](A a, A b) { return a > b ? a : b; };
    for (int offset = 16; offset > 0; offset /= 2)
        value = larger(value, __shfl_xor_sync(0xffffffffU, value, offset));
    const int warp = static_cast<int>(threadIdx.x) / 32;
    const int lane = static_cast<int>(threadIdx.x) % 32;
    const int warps = static_cast<int>(blockDim.x) / 32;
    __syncthreads();
    if (lane == 0)
        shared[warp] = value;
    __syncthreads();
    value = shared[lane < warps ? lane : 0];
    for (int offset = 16; offset > 0; offset /= 2)
        value = larger(value, __shfl_xor_sync(0xffffffffU, value, offset));
    return value;
}

inline cudaStream_t streamOf(Stream stream)
{
    return static_cast<cudaStream_t>(stream);
}

/// Threads of a block that goes over one row of @p chunks pieces.
inline unsigned rowThreads(std::int64_t chunks, unsigned most)
{
    unsigned threads = 32;
    while (threads < most && threads < chunks)
        threads *= 2;
    return threads;
}

} // namespace spectune::kernels::gpu
