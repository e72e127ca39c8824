// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/cuda/CudaKernels.h"
#include "training/cuda/CudaTensorCore.cuh"
#include "training/cuda/CudaVector.cuh"

#include <algorithm>

namespace spectune::kernels::gpu {

namespace {

using Args = ThinSumArgs<BFloat16>;
using Product = ThinSum<BFloat16>;

constexpr int warps = 8;
constexpr int groups = 2; ///< of warps: each takes a part of every stage's rows
constexpr int across = warps / groups; ///< warps beside each other
constexpr int columnsOfWarp = 16;
constexpr int columns = across * columnsOfWarp; ///< of sums, a block's
constexpr int depth = 64; ///< rows of the batch that a stage holds
constexpr int stages = 4;
constexpr int mostTiles = Args::mostRank / 16; ///< of 16 ranks
constexpr int wideBytes = depth * columns * 2; ///< of a stage

/// Of a launch.
struct Blocks {
    int first[Args::most]; ///< of each product
};

/// A stage of wide; its packs change places from row to row, so that eight rows lie in different banks.
__device__ unsigned placeInWide(int row, int pack)
{
    return static_cast<unsigned>(row * columns * 2 + (pack ^ (row % 8)) * packBytes);
}

constexpr int packsOfRow = 8; ///< threads that bring a row
constexpr int rowsAtOnce
    = warps * 32 / packsOfRow; ///< a multiple of 8: placeInWide() turns alike for all of a thread's

/// What a thread brings of one operand: a pack of every so many rows. All that does not change is worked out once, for
/// a block has too few warps to hide arithmetic.
struct Share {
    const BFloat16* from; ///< in the next stage's first row of its
    std::int64_t jump; ///< elements to its next row
    unsigned to; ///< bytes from the begin of a stage
    unsigned step; ///< bytes to its next row there
    bool isMine; ///< false: it has nothing to bring
};

__device__ Share shareOfWide(const Product& product, std::int64_t column)
{
    const int row = static_cast<int>(threadIdx.x) / packsOfRow;
    const int pack = static_cast<int>(threadIdx.x) % packsOfRow;
    return {.from = product.wide.data + row * product.wide.stride + column + pack * 8,
        .jump = rowsAtOnce * product.wide.stride,
        .to = placeInWide(row, pack),
        .step = rowsAtOnce * columns * 2,
        .isMine = column + pack * 8 < product.width};
}

__device__ Share shareOfThin(const Product& product)
{
    const int row = static_cast<int>(threadIdx.x) / packsOfRow;
    const int pack = static_cast<int>(threadIdx.x) % packsOfRow;
    const auto stride = static_cast<unsigned>(thinStride(product.rank));
    return {.from = product.thin.data + row * product.thin.stride + pack * 8,
        .jump = rowsAtOnce * product.thin.stride,
        .to = wideBytes + row * stride + pack * packBytes,
        .step = rowsAtOnce * stride,
        .isMine = pack * 8 < product.rank};
}

/// Starts bringing the next @p depth rows; zeros for those beyond the batch's last. @param left rows, from these on
__device__ void bring(Share& share, int left, unsigned stage)
{
    const int row = static_cast<int>(threadIdx.x) / packsOfRow;
#pragma unroll
    for (int i = 0; i < depth / rowsAtOnce; ++i) {
        if (share.isMine)
            copyAhead(stage + share.to + i * share.step, share.from, row + i * rowsAtOnce < left);
        share.from += share.jump;
    }
}

using Sums = float[mostTiles][2][4]; ///< a lane's, by tile of 16 ranks and of 8 columns

/// Adds the group's part of a stage to the warp's sums.
/// Ranks beyond the last read what lies behind: those sums are not kept.
__device__ void multiply(unsigned stage, int tiles, int stride, Sums& sums)
{
    const int lane = static_cast<int>(threadIdx.x) % 32;
    const int warp = static_cast<int>(threadIdx.x) / 32 % across;
    const int first = static_cast<int>(threadIdx.x) / 32 / across * (depth / groups);
#pragma unroll
    for (int k = first; k < first + depth / groups; k += 16) {
        unsigned b[4];
        loadTransposed(stage + placeInWide(k + lane % 16, warp * columnsOfWarp / 8 + lane / 16), b);
        const int row = k + lane % 8 + lane / 16 * 8;
        for (int tile = 0; tile < mostTiles; ++tile) {
            if (tile >= tiles)
                break;
            unsigned a[4];
            loadTransposed(
                stage + wideBytes + static_cast<unsigned>(row * stride + (tile * 2 + lane / 8 % 2) * packBytes), a);
            multiplyAdd(sums[tile][0], a, b[0], b[1]);
            multiplyAdd(sums[tile][1], a, b[2], b[3]);
        }
    }
}

/// Calls @p body(place of two neighbours in memory, the lane's own) for all sums of the lane that there are.
template <typename Body>
__device__ void forSums(const Product& product, std::int64_t column, Sums& sums, const Body& body)
{
    const int lane = static_cast<int>(threadIdx.x) % 32;
    const int warp = static_cast<int>(threadIdx.x) / 32 % across;
#pragma unroll
    for (int tile = 0; tile < mostTiles; ++tile) {
#pragma unroll
        for (int part = 0; part < 4; ++part) {
            const std::int64_t rank = tile * 16 + part / 2 * 8 + lane / 4;
            const std::int64_t at = column + warp * columnsOfWarp + part % 2 * 8 + lane % 4 * 2;
            float(&own)[4] = sums[tile][part % 2];
            if (rank < product.rank && at < product.width)
                body(*reinterpret_cast<float2*>(product.sums.data + rank * product.sums.stride + at), own[part / 2 * 2],
                    own[part / 2 * 2 + 1]);
        }
    }
}

/// The first group's sums += the second's. @param memory that no stage needs any more
__device__ void addGroups(Sums& sums, float* memory)
{
    constexpr int half = warps * 32 / groups;
    const int thread = static_cast<int>(threadIdx.x) % half;
    const bool gives = threadIdx.x >= half;
    for (int pass = 0; pass < groups; ++pass) {
#pragma unroll
        for (int i = 0; i < mostTiles * 8; ++i) {
            float& sum = sums[i / 8][i / 4 % 2][i % 4];
            if (gives && pass == 0)
                memory[i * half + thread] = sum;
            else if (!gives && pass == 1)
                sum += memory[i * half + thread];
        }
        __syncthreads();
    }
}

/// A block makes some columns of one product, over all rows of the batch: no two blocks add to one place, so every run
/// gives the same bits. Rows come in stages, several of them under way.
__global__ void __launch_bounds__(warps * 32)
    thinSumKernel(const __grid_constant__ Args args, const __grid_constant__ Blocks blocks, int stageBytes)
{
    extern __shared__ __align__(128) unsigned char memory[];
    int index = 0;
    while (index + 1 < args.count && static_cast<int>(blockIdx.x) >= blocks.first[index + 1])
        ++index;
    const Product& product = args.products[index];
    const std::int64_t column = static_cast<std::int64_t>(static_cast<int>(blockIdx.x) - blocks.first[index]) * columns;
    const int tiles = (static_cast<int>(product.rank) + 15) / 16;
    const int stride = thinStride(product.rank);
    const unsigned begin = sharedAddress(memory);
    Share wide = shareOfWide(product, column);
    Share thin = shareOfThin(product);
    const int rows = static_cast<int>(args.rows);
    const int steps = (rows + depth - 1) / depth;
    const auto bringStep = [&](int step) {
        if (step < steps) {
            bring(wide, rows - step * depth, begin + step % stages * stageBytes);
            bring(thin, rows - step * depth, begin + step % stages * stageBytes);
        }
        closeCopies();
    };
    for (int step = 0; step < stages - 1; ++step)
        bringStep(step);
    Sums sums = {};
    const bool isFirstGroup = threadIdx.x < across * 32;
    if (isFirstGroup) // its sums go on from what is there, read while the first rows come
        forSums(product, column, sums, [](const float2& there, float& first, float& second) {
            first = there.x;
            second = there.y;
        });
    for (int step = 0; step < steps; ++step) {
        awaitCopies<stages - 2>();
        __syncthreads(); // this stage is there for all, and all have left the one that is filled next
        bringStep(step + stages - 1);
        multiply(begin + step % stages * stageBytes, tiles, stride, sums);
    }
    awaitCopies<0>();
    __syncthreads();
    addGroups(sums, reinterpret_cast<float*>(memory));
    if (isFirstGroup)
        forSums(product, column, sums, [](float2& there, float first, float second) { there = {first, second}; });
}

} // namespace

template <>
void thinSums(const Args& args, Stream stream)
{
    Blocks blocks {};
    int count = 0;
    std::int64_t rank = 0;
    for (std::int64_t i = 0; i < args.count; ++i) {
        blocks.first[i] = count;
        count += static_cast<int>((args.products[i].width + columns - 1) / columns);
        rank = std::max(rank, args.products[i].rank);
    }
    if (count == 0 || args.rows == 0)
        return;
    // Behind the last row of thin a tile of ranks may read half a tile further.
    const int stageBytes = (wideBytes + depth * thinStride(rank) + packBytes + 127) / 128 * 128;
    const int bytes = stages * stageBytes;
    cudaFuncSetAttribute(thinSumKernel, cudaFuncAttributeMaxDynamicSharedMemorySize, bytes);
    thinSumKernel<<<static_cast<unsigned>(count), warps * 32, static_cast<std::size_t>(bytes), streamOf(stream)>>>(
        args, blocks, stageBytes);
}

} // namespace spectune::kernels::gpu
