// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/cuda/CudaKernels.h"
#include "training/cuda/CudaTensorCore.cuh"
#include "training/cuda/CudaVector.cuh"

#include <cooperative_groups.h>

#include <algorithm>

namespace spectune::kernels::gpu {

namespace {

using Args = ThinRowArgs<BFloat16>;
using Product = ThinRow<BFloat16>;

constexpr int warps = 4;
constexpr int threads = warps * 32;
constexpr int rowsOfBlock = 32;
constexpr int depth = 64; ///< of a stage; each warp multiplies a quarter of it
constexpr int stages = 4;
constexpr int packsOfRow = depth / 8; ///< threads that bring a row
constexpr int rowsAtOnce = threads / packsOfRow;
constexpr int xBytes = rowsOfBlock * depth * 2; ///< of a stage
constexpr int mostPairs = Args::mostRank / 16; ///< of tiles of 8 ranks

/// A stage of x; its packs change places from row to row, so that eight rows lie in different banks.
__device__ unsigned placeInX(int row, int pack)
{
    return static_cast<unsigned>(row * depth * 2 + (pack ^ (row % 8)) * packBytes);
}

/// What a thread brings of one operand: a pack of every so many rows. All that does not change is worked out once, for
/// arithmetic would take longer than the copies.
struct Share {
    const BFloat16* from; ///< in the next stage's first row of its
    std::int64_t jump; ///< elements to its next row
    std::int64_t advance; ///< elements to the next stage
    unsigned to; ///< bytes from the begin of a stage
    unsigned step; ///< bytes to its next row there
    bool isMine; ///< false: it has nothing to bring
};

__device__ int ownRow()
{
    return static_cast<int>(threadIdx.x) / packsOfRow;
}

__device__ int ownPack()
{
    return static_cast<int>(threadIdx.x) % packsOfRow;
}

/// @param row of x, the block's first @param k where the first stage begins
__device__ Share shareOfX(const Product& product, std::int64_t row, std::int64_t k)
{
    return {.from = product.x.data + (row + ownRow()) * product.x.stride + k + ownPack() * 8,
        .jump = rowsAtOnce * product.x.stride,
        .advance = depth,
        .to = placeInX(ownRow(), ownPack()),
        .step = rowsAtOnce * depth * 2,
        .isMine = true};
}

__device__ Share shareOfFactor(const Product& product, std::int64_t k)
{
    const auto stride = static_cast<unsigned>(thinStride(product.rank));
    return {.from = product.factor.data + (k + ownRow()) * product.factor.stride + ownPack() * 8,
        .jump = rowsAtOnce * product.factor.stride,
        .advance = depth * product.factor.stride,
        .to = xBytes + ownRow() * stride + ownPack() * packBytes,
        .step = rowsAtOnce * stride,
        .isMine = ownPack() * 8 < product.rank};
}

/// Starts bringing the next stage's. @param Count rows of a stage @param there how many of them there are, from the
/// thread's first on; the others become 0
template <int Count>
__device__ void bring(Share& share, int there, unsigned stage)
{
#pragma unroll
    for (int i = 0; i < Count / rowsAtOnce; ++i)
        if (share.isMine)
            copyAhead(stage + share.to + i * share.step, share.from + i * share.jump, i * rowsAtOnce < there);
    share.from += share.advance;
}

using Sums = float[2][2 * mostPairs][4]; ///< by tile of 16 rows and tile of 8 ranks

/// Adds the warp's quarter of a stage. Ranks beyond the last read what lies behind: those sums are not kept.
__device__ void multiply(unsigned stage, int pairs, int stride, Sums& sums)
{
    const int lane = static_cast<int>(threadIdx.x) % 32;
    const int warp = static_cast<int>(threadIdx.x) / 32;
    unsigned a[2][4];
    for (int tile = 0; tile < 2; ++tile)
        loadMatrices(stage + placeInX(tile * 16 + lane % 16, warp * 2 + lane / 16), a[tile]);
    const unsigned factor = stage + xBytes;
#pragma unroll
    for (int pair = 0; pair < mostPairs; ++pair) {
        if (pair >= pairs)
            break;
        unsigned b[4];
        loadTransposed(
            factor + static_cast<unsigned>((warp * 16 + lane % 16) * stride + (pair * 2 + lane / 16) * packBytes), b);
        for (int tile = 0; tile < 2; ++tile) {
            multiplyAdd(sums[tile][2 * pair], a[tile], b[0], b[1]);
            multiplyAdd(sums[tile][2 * pair + 1], a[tile], b[2], b[3]);
        }
    }
}

/// The block's sums [rowsOfBlock, rank], over its warps, to the begin of @p memory.
__device__ void addWarps(const Sums& sums, int rank, float* memory)
{
    const int lane = static_cast<int>(threadIdx.x) % 32;
    const int elements = rowsOfBlock * rank;
    float* own = memory + static_cast<int>(threadIdx.x) / 32 * elements;
#pragma unroll
    for (int tile = 0; tile < 2; ++tile) {
#pragma unroll
        for (int column = 0; column < 2 * mostPairs; ++column) {
            if (column * 8 >= rank)
                continue;
#pragma unroll
            for (int half = 0; half < 2; ++half)
                *reinterpret_cast<float2*>(own + (tile * 16 + half * 8 + lane / 4) * rank + column * 8 + lane % 4 * 2)
                    = {sums[tile][column][half * 2], sums[tile][column][half * 2 + 1]};
        }
    }
    __syncthreads();
    for (int i = static_cast<int>(threadIdx.x); i < elements; i += threads) {
        float sum = memory[i];
        for (int warp = 1; warp < warps; ++warp)
            sum += memory[warp * elements + i];
        memory[i] = sum;
    }
}

/// Waits for all blocks of the cluster, which are one alone where a device has none.
__device__ void awaitCluster()
{
#if __CUDA_ARCH__ >= 900
    cooperative_groups::this_cluster().sync();
#else
    __syncthreads();
#endif
}

/// Where block @p other of the cluster has what this one has at @p shared.
__device__ const float* ofBlock(float* shared, [[maybe_unused]] int other)
{
#if __CUDA_ARCH__ >= 900
    return cooperative_groups::this_cluster().map_shared_rank(shared, other);
#else
    return shared;
#endif
}

/// A cluster of blocks makes some rows of one product, each block a part of its depth; parts are added in their order,
/// so every run gives the same bits. Depth comes in stages, several of them under way.
__global__ void __launch_bounds__(threads) thinRowKernel(const __grid_constant__ Args args, int stageBytes)
{
    extern __shared__ __align__(128) unsigned char memory[];
    const Product& product = args.products[blockIdx.z];
    const std::int64_t firstRow = static_cast<std::int64_t>(blockIdx.y) * rowsOfBlock;
    const int rows = static_cast<int>(min(args.rows - firstRow, static_cast<std::int64_t>(rowsOfBlock)));
    const int rank = static_cast<int>(product.rank);
    const int pairs = (rank + 15) / 16;
    const int all = static_cast<int>((product.depth + depth - 1) / depth);
    const int parts = static_cast<int>(gridDim.x);
    const int part = static_cast<int>(blockIdx.x);
    const int begin = all * part / parts;
    const int steps = all * (part + 1) / parts - begin;
    const unsigned base = sharedAddress(memory);
    const std::int64_t firstDepth = static_cast<std::int64_t>(begin) * depth;
    Share ofX = shareOfX(product, firstRow, firstDepth);
    Share ofFactor = shareOfFactor(product, firstDepth);
    const auto bringStep = [&](int step) {
        if (step < steps) {
            const int left = static_cast<int>(product.depth) - (begin + step) * depth;
            const unsigned stage = base + step % stages * stageBytes;
            bring<rowsOfBlock>(ofX, ownPack() * 8 < left ? rows - ownRow() : 0, stage);
            bring<depth>(ofFactor, left - ownRow(), stage);
        }
        closeCopies();
    };
    for (int step = 0; step < stages - 1; ++step)
        bringStep(step);
    Sums sums = {};
    for (int step = 0; step < steps; ++step) {
        awaitCopies<stages - 2>();
        __syncthreads(); // this stage is there for all, and all have left the one that is filled next
        bringStep(step + stages - 1);
        multiply(base + step % stages * stageBytes, pairs, thinStride(rank), sums);
    }
    awaitCopies<0>();
    __syncthreads(); // sums take the stages' place
    auto* total = reinterpret_cast<float*>(memory);
    addWarps(sums, rank, total);
    awaitCluster();
    for (int i = part * threads + static_cast<int>(threadIdx.x); i < rows * rank; i += parts * threads) {
        float sum = 0.0F;
        for (int other = 0; other < parts; ++other)
            sum += ofBlock(total, other)[i];
        product.out.data[(firstRow + i / rank) * product.out.stride + i % rank] = narrowed<BFloat16>(sum);
    }
    awaitCluster(); // the others may still read here
}

/// Blocks of a cluster: enough that all of the device has work, 8 at most.
int partsFor(int tiles)
{
    constexpr int wanted = 512;
    int parts = 1;
    while (parts < 8 && parts * tiles < wanted)
        parts *= 2;
    return parts;
}

/// Without clusters a block would have all of a long row, and BLAS is faster.
bool hasClusters()
{
    int device = 0;
    int has = 0;
    cudaGetDevice(&device);
    cudaDeviceGetAttribute(&has, cudaDevAttrClusterLaunch, device);
    return has != 0;
}

} // namespace

template <>
bool thinRows(const Args& args, Stream stream)
{
    if (args.count == 0 || args.rows == 0)
        return true;
    if (!hasClusters())
        return false;
    std::int64_t rank = 0;
    for (std::int64_t i = 0; i < args.count; ++i)
        rank = std::max(rank, args.products[i].rank);
    // Behind the factor's last row a pair of tiles may read half a pair further.
    const int stageBytes = (xBytes + depth * thinStride(rank) + packBytes + 127) / 128 * 128;
    const int sumBytes = warps * rowsOfBlock * static_cast<int>(rank) * static_cast<int>(sizeof(float));
    const int bytes = std::max(stages * stageBytes, sumBytes);
    const int tiles = static_cast<int>((args.rows + rowsOfBlock - 1) / rowsOfBlock);
    const int parts = partsFor(tiles);
    cudaFuncSetAttribute(thinRowKernel, cudaFuncAttributeMaxDynamicSharedMemorySize, bytes);
    cudaLaunchAttribute cluster {};
    cluster.id = cudaLaunchAttributeClusterDimension;
    cluster.val.clusterDim = {static_cast<unsigned>(parts), 1, 1};
    cudaLaunchConfig_t config {};
    config.gridDim
        = dim3(static_cast<unsigned>(parts), static_cast<unsigned>(tiles), static_cast<unsigned>(args.count));
    config.blockDim = dim3(threads);
    config.dynamicSmemBytes = static_cast<std::size_t>(bytes);
    config.stream = streamOf(stream);
    config.attrs = &cluster;
    config.numAttrs = 1;
    cudaLaunchKernelEx(&config, thinRowKernel, args, stageBytes);
    return true;
}

} // namespace spectune::kernels::gpu
