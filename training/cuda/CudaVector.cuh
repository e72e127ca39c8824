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

/// 16 bytes of elements: one load of a thread.
template <typename T>
struct alignas(16) Pack {
    static constexpr int size = 16 / static_cast<int>(sizeof(T));
    T element[size];
};

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

/// 1 / (1 + e⁻ˣ). What is rounded to bfloat16 afterwards takes it to a few units of float32: full precision would cost more
/// than the memory that it is read from.
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

/// Whether rows can be read 16 bytes at a time.
template <typename T>
inline bool packs(const Rows<T>& rows, std::int64_t width)
{
    constexpr std::int64_t size = 16 / static_cast<std::int64_t>(sizeof(T));
    return rows.data == nullptr
        || (width % size == 0 && rows.stride % size == 0 && reinterpret_cast<std::uintptr_t>(rows.data) % 16 == 0);
}

/// Elements a thread takes at once: a full pack, or one where the rows do not allow it.
template <typename T, bool Packed>
struct Chunk {
    static constexpr int size = Packed ? Pack<T>::size : 1;

    __device__ static void load(const T* from, Wide<T>* to)
    {
        if constexpr (Packed) {
            const Pack<T> pack = *reinterpret_cast<const Pack<T>*>(from);
            for (int i = 0; i < size; ++i)
                to[i] = widened(pack.element[i]);
        } else
            to[0] = widened(*from);
    }
    __device__ static void store(T* to, const Wide<T>* from)
    {
        if constexpr (Packed) {
            Pack<T> pack;
            for (int i = 0; i < size; ++i)
                pack.element[i] = narrowed<T>(from[i]);
            *reinterpret_cast<Pack<T>*>(to) = pack;
        } else
            *to = narrowed<T>(from[0]);
    }
};

/// Word by word: taken out one by one, elements cost more instructions than what is done with them.
template <>
struct Chunk<BFloat16, true> {
    static constexpr int size = Pack<BFloat16>::size;

    __device__ static void load(const BFloat16* from, float* to)
    {
        const uint4 pack = *reinterpret_cast<const uint4*>(from);
        const unsigned words[] = {pack.x, pack.y, pack.z, pack.w};
#pragma unroll
        for (int i = 0; i < size / 2; ++i) {
            to[2 * i] = lowOf(words[i]);
            to[2 * i + 1] = highOf(words[i]);
        }
    }
    __device__ static void store(BFloat16* to, const float* from)
    {
        *reinterpret_cast<uint4*>(to)
            = {packed(from[0], from[1]), packed(from[2], from[3]), packed(from[4], from[5]), packed(from[6], from[7])};
    }
};

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
