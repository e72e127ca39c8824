// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

/// Products of small bfloat16 matrices on the tensor cores, as every GPU from compute capability 8.0 on has them.
namespace spectune::kernels::gpu {

constexpr int packBytes = 16; ///< what one asynchronous copy brings

/// Bytes from row to row of a thin factor in shared memory: an odd number of packs, so that eight rows lie in different
/// banks. @param rank a multiple of 8
inline __host__ __device__ constexpr int thinStride(std::int64_t rank)
{
    const int packs = static_cast<int>(rank) / 8;
    return (packs % 2 == 0 ? packs + 1 : packs) * packBytes;
}

inline __device__ unsigned sharedAddress(const void* shared)
{
    return static_cast<unsigned>(__cvta_generic_to_shared(shared));
}

/// 16 bytes to shared memory, without waiting; zeros where @p isThere says so. Both ends lie on 16 bytes.
inline __device__ void copyAhead(unsigned to, const void* from, bool isThere)
{
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(isThere ? packBytes : 0));
}

inline __device__ void closeCopies()
{
    asm volatile("cp.async.commit_group;");
}

/// Waits for all groups of copies but the @p Open last ones.
template <int Open>
__device__ void awaitCopies()
{
    asm volatile("cp.async.wait_group %0;" ::"n"(Open));
}

/// Four 8 × 8 matrices whose rows lie at the lanes' addresses, eight lanes a matrix, each transposed on the way.
inline __device__ void loadTransposed(unsigned address, unsigned (&to)[4])
{
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                 : "r"(address));
}

/// As loadTransposed(), as they lie.
inline __device__ void loadMatrices(unsigned address, unsigned (&to)[4])
{
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                 : "r"(address));
}

/// sum [16, 8] += a [16, 16] · b [16, 8].
/// Lane l has of sum the rows l / 4 and l / 4 + 8, columns 2 (l mod 4) and the next.
inline __device__ void multiplyAdd(float (&sum)[4], const unsigned (&a)[4], unsigned b0, unsigned b1)
{
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
        "{%0, %1, %2, %3};"
        : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

/// sum [16, 8] += a [16, 8] · b [8, 8], with sums as above.
inline __device__ void multiplyAdd(float (&sum)[4], const unsigned (&a)[2], unsigned b)
{
    asm("mma.sync.aligned.m16n8k8.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5}, {%6}, {%0, %1, %2, %3};"
        : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
        : "r"(a[0]), "r"(a[1]), "r"(b));
}

/// 16 bytes at once, which the compiler else takes apart where they were put together word by word.
inline __device__ void storePack(void* to, const uint4& pack)
{
    asm volatile(
        "st.global.v4.b32 [%0], {%1, %2, %3, %4};" ::"l"(to), "r"(pack.x), "r"(pack.y), "r"(pack.z), "r"(pack.w)
        : "memory");
}

/// An 8 × 8 matrix over the warp's lanes, transposed:
/// lane l has of both the row l / 4, columns 2 (l mod 4) and the next.
inline __device__ unsigned transposed(unsigned matrix)
{
    unsigned to;
    asm("movmatrix.sync.aligned.m8n8.trans.b16 %0, %1;" : "=r"(to) : "r"(matrix));
    return to;
}

} // namespace spectune::kernels::gpu
