// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/cuda/CudaKernels.h"
#include "training/cuda/CudaVector.cuh"

#include <cmath>
#include <cstdint>

// What attention's kernels share. They are FlashAttention's formulation (Dao et al. 2022) in plain arithmetic, without
// tensor cores: tiles of queries and keys meet in shared memory, and no score outlives its pair of tiles. Each sum has
// one order and one thread, so that a run gives the same bits again.
namespace spectune::kernels::gpu::tiled {

inline constexpr int side = 16; ///< threads are side × side
inline constexpr int threads = side * side;

/// How a head is cut up. @tparam A of sums @tparam Columns of a head's row that a thread has
template <typename A, int Columns>
struct Tiling {
    static constexpr int width = side * Columns; ///< headDim, filled up with zeros
    static constexpr int bytes = width * static_cast<int>(sizeof(A));
    /// Of a tile: as many as let a backward's four fit into shared memory, 99 KiB on most devices.
    static constexpr int rows = bytes <= 128 ? 64 : bytes <= 512 ? 32 : 16;
    static constexpr int each = rows / side; ///< rows of a tile that a thread has
    static constexpr int stride = width + 1; ///< odd: threads that read below each other hit other banks
    static constexpr int tile = rows * stride;
    static constexpr int scoreStride = rows + 1;
    static constexpr int scores = rows * scoreStride;
};

/// One block's part: a tile of one sequence's rows, and a head.
struct Place {
    std::int64_t first; ///< row of the sequence's first token
    int length; ///< of the sequence
    int begin; ///< the tile's first token
    int head;
};

template <typename T, typename Cut>
__device__ Place placeOf(const AttentionArgs<T>& args)
{
    const std::int64_t first = args.offsets[blockIdx.z];
    return {.first = first,
        .length = static_cast<int>(args.offsets[blockIdx.z + 1] - first),
        .begin = static_cast<int>(blockIdx.x) * Cut::rows,
        .head = static_cast<int>(blockIdx.y)};
}

template <typename T>
__device__ bool sees(const AttentionArgs<T>& args, int query, int key)
{
    return key <= query && (args.window == 0 || key > query - args.window);
}

/// Tokens [begin, …) of a head into a tile, times @p scale; 0 beyond the sequence and beside the head.
/// @param from the sequence's first token's
template <typename Cut, typename T>
__device__ void load(Wide<T>* tile, const T* from, std::int64_t stride, const Place& place, int begin,
    std::int64_t headDim, Wide<T> scale = 1)
{
    for (int i = static_cast<int>(threadIdx.y) * side + static_cast<int>(threadIdx.x); i < Cut::rows * Cut::width;
         i += threads) {
        const int row = i / Cut::width;
        const int column = i % Cut::width;
        const bool isThere = begin + row < place.length && column < headDim;
        tile[row * Cut::stride + column] = isThere ? widened(from[(begin + row) * stride + column]) * scale : 0;
    }
}

/// A head's columns of q, k and v, from the sequence's first row on.
template <typename T>
struct Inputs {
    const T* q;
    const T* k;
    const T* v;

    __device__ Inputs(const AttentionArgs<T>& args, std::int64_t first, std::int64_t head, std::int64_t keyHead)
        : q(args.qkv.data + first * args.qkv.stride + head * args.headDim)
        , k(args.qkv.data + first * args.qkv.stride + (args.heads + keyHead) * args.headDim)
        , v(k + args.kvHeads * args.headDim)
    {
    }
};

/// First token of the first tile that tokens from @p begin on look back to.
template <typename T, typename Cut>
__device__ int firstTile(const AttentionArgs<T>& args, int begin)
{
    const std::int64_t key = args.window > 0 && begin + 1 > args.window ? begin + 1 - args.window : 0;
    return static_cast<int>(key) / Cut::rows * Cut::rows;
}

/// One block for each tile of the longest sequence, head and sequence;
/// those that a shorter one has no tile for end at once.
template <typename T, int Columns, typename Args>
void launch(
    void (*kernel)(Args), const Args& args, const AttentionArgs<T>& of, std::int64_t heads, int tiles, Stream stream)
{
    using Cut = Tiling<Wide<T>, Columns>;
    const dim3 blocks(static_cast<unsigned>((of.longest + Cut::rows - 1) / Cut::rows), static_cast<unsigned>(heads),
        static_cast<unsigned>(of.sequences));
    const std::size_t bytes = (static_cast<std::size_t>(tiles) * Cut::tile + Cut::scores) * sizeof(Wide<T>);
    // More than a kernel has unasked.
    cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(bytes));
    kernel<<<blocks, dim3(side, side), bytes, streamOf(stream)>>>(args);
}

/// Calls @p body with the least number of columns a thread that @p headDim goes into.
template <typename Body>
void withColumns(std::int64_t headDim, const Body& body)
{
    if (headDim <= 16)
        body.template operator()<1>();
    else if (headDim <= 32)
        body.template operator()<2>();
    else if (headDim <= 64)
        body.template operator()<4>();
    else if (headDim <= 128)
        body.template operator()<8>();
    else
        body.template operator()<16>();
}

} // namespace spectune::kernels::gpu::tiled
