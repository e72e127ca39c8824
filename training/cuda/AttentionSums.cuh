// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/cuda/AttentionTiles.cuh"

// Products of tiles, spread over the threads of a block.
namespace spectune::kernels::gpu::tiled {

/// A thread's rows of a tile lie `side` apart, and so do its columns: row(i) = threadIdx.y + i · side.
template <typename Cut, typename A>
struct Scores {
    A at[Cut::each][Cut::each];
};

/// a bᵀ, of the thread's rows of a and its rows of b, counted by threadIdx.x.
template <typename Cut, typename A>
__device__ Scores<Cut, A> products(const A* a, const A* b)
{
    Scores<Cut, A> sums = {};
    for (int d = 0; d < Cut::width; ++d) {
        A left[Cut::each];
        A right[Cut::each];
        for (int i = 0; i < Cut::each; ++i) {
            left[i] = a[(threadIdx.y + i * side) * Cut::stride + d];
            right[i] = b[(threadIdx.x + i * side) * Cut::stride + d];
        }
        for (int i = 0; i < Cut::each; ++i) {
            for (int j = 0; j < Cut::each; ++j)
                sums.at[i][j] += left[i] * right[j];
        }
    }
    return sums;
}

template <typename Cut, typename A>
__device__ void store(A* shared, const Scores<Cut, A>& scores)
{
    for (int i = 0; i < Cut::each; ++i) {
        for (int j = 0; j < Cut::each; ++j)
            shared[(threadIdx.y + i * side) * Cut::scoreStride + threadIdx.x + j * side] = scores.at[i][j];
    }
}

/// A thread's rows of a result, and of each the columns threadIdx.x + c · side.
template <typename Cut, typename A, int Columns>
struct Sums {
    A at[Cut::each][Columns];

    /// += scores · tile
    __device__ void add(const A* scores, const A* tile)
    {
        for (int k = 0; k < Cut::rows; ++k) {
            A right[Columns];
            for (int c = 0; c < Columns; ++c)
                right[c] = tile[k * Cut::stride + threadIdx.x + c * side];
            for (int i = 0; i < Cut::each; ++i) {
                const A left = scores[(threadIdx.y + i * side) * Cut::scoreStride + k];
                for (int c = 0; c < Columns; ++c)
                    at[i][c] += left * right[c];
            }
        }
    }
    /// The rows that the sequence has, times @p scale. @param to the sequence's first token's
    template <typename T>
    __device__ void writeRow(int i, T* to, std::int64_t stride, const Place& place, std::int64_t headDim, A scale) const
    {
        const int row = place.begin + static_cast<int>(threadIdx.y) + i * side;
        if (row >= place.length)
            return;
        for (int c = 0; c < Columns; ++c) {
            const int column = static_cast<int>(threadIdx.x) + c * side;
            if (column < headDim)
                to[row * stride + column] = narrowed<T>(at[i][c] * scale);
        }
    }
};

/// Over the threads that share a row.
template <typename A>
__device__ A sumOfRow(A value)
{
    for (int step = side / 2; step > 0; step /= 2)
        value += __shfl_xor_sync(0xffffffffU, value, step);
    return value;
}

template <typename A>
__device__ A mostOfRow(A value)
{
    for (int step = side / 2; step > 0; step /= 2) {
        const A other = __shfl_xor_sync(0xffffffffU, value, step);
        value = other > value ? other : value;
    }
    return value;
}

} // namespace spectune::kernels::gpu::tiled
