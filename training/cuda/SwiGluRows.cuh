// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/cuda/CudaVector.cuh"

/// The backward of SwiGLU in bfloat16, two rows at a time: so its results can go straight to the tensor cores.
namespace spectune::kernels::gpu {

/// The gradient of one column in two rows, the first row's in the low half.
struct Column {
    unsigned gate;
    unsigned up;
    unsigned out;
};

/// As swiGluBackward() does it. @param gate, up, d of two rows
inline __device__ Column columnOf(const float (&gate)[2], const float (&up)[2], const float (&d)[2])
{
    const float s[2] = {sigmoid<BFloat16>(gate[0]), sigmoid<BFloat16>(gate[1])};
    const unsigned silu = packed(gate[0] * s[0], gate[1] * s[1]);
    const unsigned dSilu = packed(d[0] * up[0], d[1] * up[1]);
    return {.gate = packed(lowOf(dSilu) * (s[0] * (1.0F + gate[0] * (1.0F - s[0]))),
                highOf(dSilu) * (s[1] * (1.0F + gate[1] * (1.0F - s[1])))),
        .up = packed(d[0] * lowOf(silu), d[1] * highOf(silu)),
        .out = packed(lowOf(silu) * up[0], highOf(silu) * up[1])};
}

/// What two rows of a lane become, eight columns each: words of two columns.
struct TwoRows {
    uint4 gate[2];
    uint4 up[2];
    uint4 out[2];
};

inline __device__ unsigned& word(uint4& pack, int i)
{
    return i == 0 ? pack.x : i == 1 ? pack.y : i == 2 ? pack.z : pack.w;
}

/// Words of two columns by row, from words of two rows by column.
inline __device__ void putBack(unsigned first, unsigned second, uint4 (&rows)[2], int i)
{
    word(rows[0], i) = __byte_perm(first, second, 0x5410);
    word(rows[1], i) = __byte_perm(first, second, 0x7632);
}

} // namespace spectune::kernels::gpu
