// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/cuda/CudaVector.cuh"

#include <cstdint>

namespace spectune::kernels::gpu {

/// 16 bytes of elements: one load of a thread.
template <typename T>
struct alignas(16) Pack {
    static constexpr int size = 16 / static_cast<int>(sizeof(T));
    T element[size];
};

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

} // namespace spectune::kernels::gpu
