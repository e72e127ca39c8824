// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/cuda/CudaKernels.h"
#include "training/cuda/CudaTensorCore.cuh"
#include "training/cuda/CudaVector.cuh"
#include "training/cuda/SwiGluRows.cuh"

namespace spectune::kernels::gpu {

namespace {

using Args = SwiGluThinArgs<BFloat16>;
using Sum = FactorSum<BFloat16>;

constexpr int warps = 8; ///< beside each other
constexpr int threads = warps * 32;
constexpr int columnsOfWarp = 64;
constexpr int columns = Args::columns; ///< a block's
static_assert(columns == warps * columnsOfWarp);
constexpr int packsOfRow = columns / 8;
constexpr int rowsOfTile = 16;
constexpr int products = 3; ///< with the gradients of gate and up, and with out
constexpr int mostRank = Args::mostRank;
constexpr int stages = 3;
/// Bytes from row to row of gate, of up or of dOut in a stage: the packs that eight lanes read lie in different banks.
constexpr int inputStride = columns * 2 + packBytes;
constexpr int inputBytes = rowsOfTile * inputStride;
constexpr int thinBytes = thinStride(products * mostRank); ///< from row to row
constexpr int stageBytes = products * inputBytes + rowsOfTile * thinBytes;
constexpr int factors = 2; ///< of gate and up: with them go their gradients
constexpr int rowElements = rowsOfTile * factors * mostRank; ///< of a tile's products, by warp
constexpr int rowStages = 2;
constexpr int sharedBytes = stages * stageBytes + rowStages * warps * rowElements * 4;

__device__ int lane()
{
    return static_cast<int>(threadIdx.x) % 32;
}

/// Where a lane stands: of each tile it has rows 2q, 2q + 1, 2q + 8 and 2q + 9, in eight columns. So the numbers of two
/// rows are what a lane gives to a product with the tensor cores, and those of eight columns one access to memory.
struct Place {
    std::int64_t column; ///< the first
    int pack; ///< of the block's
    bool isThere; ///< false: beyond the last column

    static __device__ int row(int i) { return 2 * (lane() % 4) + i % 2 + i / 2 * 8; }
};

__device__ Place ownPlace(std::int64_t width)
{
    const int pack = static_cast<int>(threadIdx.x) / 32 * (columnsOfWarp / 8) + lane() / 4;
    const std::int64_t column = static_cast<std::int64_t>(blockIdx.x) * columns + pack * 8;
    return {.column = column, .pack = pack, .isThere = column < width};
}

/// Starts bringing a tile, whole rows of the block at a time: where each warp brought its own 128 bytes of many rows,
/// memory gave half as much.
__device__ void bring(const Args& args, std::int64_t firstRow, unsigned stage)
{
    const SwiGluBackwardArgs<BFloat16>& from = args.gradient;
    const auto left = static_cast<int>(min(from.rows - firstRow, static_cast<std::int64_t>(rowsOfTile)));
    const int pack = static_cast<int>(threadIdx.x) % packsOfRow;
    const std::int64_t column = static_cast<std::int64_t>(blockIdx.x) * columns + pack * 8;
#pragma unroll
    for (int i = 0; i < rowsOfTile * packsOfRow / threads; ++i) {
        const int row = static_cast<int>(threadIdx.x) / packsOfRow + i * (threads / packsOfRow);
        const bool isThere = column < from.width && row < left;
        // Also what is not read has an address inside the tensor: tools that watch accesses look at it.
        const BFloat16* gate = from.gateUp.data + (isThere ? (firstRow + row) * from.gateUp.stride + column : 0);
        const BFloat16* out = from.dOut.data + (isThere ? (firstRow + row) * from.dOut.stride + column : 0);
        const unsigned to = stage + static_cast<unsigned>(row * inputStride + pack * packBytes);
        copyAhead(to, gate, isThere);
        copyAhead(to + inputBytes, gate + from.width, isThere);
        copyAhead(to + 2 * inputBytes, out, isThere);
    }
    if (threadIdx.x >= rowsOfTile * 2)
        return;
    const int row = lane() / 2;
    const int half = lane() % 2;
    const auto bringThin = [&](const Sum& sum, int index) {
        const bool isThere = row < left && half * 8 < sum.rank;
        copyAhead(
            stage + products * inputBytes + static_cast<unsigned>(row * thinBytes + (index * 2 + half) * packBytes),
            isThere ? sum.thin.data + (firstRow + row) * sum.thin.stride + half * 8 : from.gateUp.data, isThere);
    };
    bringThin(args.ofGate, 0);
    bringThin(args.ofUp, 1);
    bringThin(args.ofOut, 2);
}

using Sums = float[products][8][4]; ///< a lane's, by column of its pack; see multiplyAdd()

/// Two ranks of a factor, l / 4 and that + 8, in the packs 2 (l mod 4) and the next, by column of a pack.
using Factors = unsigned[factors][8][2];

__device__ void loadFactors(const Args& args, Factors& to)
{
    const std::int64_t width = args.gradient.width;
    const std::int64_t column = static_cast<std::int64_t>(blockIdx.x) * columns
        + static_cast<int>(threadIdx.x) / 32 * columnsOfWarp + lane() % 4 * 16;
    const auto load = [&](const FactorProduct<BFloat16>& product, std::int64_t count, unsigned(&of)[8][2]) {
#pragma unroll
        for (int i = 0; i < 16; ++i) {
            const std::int64_t rank = lane() / 4 + i % 2 * 8;
            const auto element = [&](std::int64_t at) {
                const bool isThere = rank < count && at < width;
                return isThere ? static_cast<unsigned>(product.factor.data[at * product.factor.stride + rank].bits)
                               : 0U;
            };
            of[i / 2][i % 2] = element(column + i / 2) | element(column + i / 2 + 8) << 16U;
        }
    };
    load(args.byGate, args.ofGate.rank, to[0]);
    load(args.byUp, args.ofUp.rank, to[1]);
}

/// Turns the inputs of two rows into their gradients, and adds to all sums.
/// @param thin of the products, ranks 0 to 7 and 8 to 15 by two rows
/// @param made products of eight rows with the factors, transposed; added to
__device__ void takeTwoRows(
    TwoRows& rows, const unsigned (&thin)[products][2], Sums& sums, const Factors& by, float (&products8)[factors][4])
{
#pragma unroll
    for (int i = 0; i < 4; ++i) {
        Column made[2];
#pragma unroll
        for (int side = 0; side < 2; ++side) {
            const auto both = [&](uint4(&of)[2], float(&to)[2]) {
                to[0] = side == 0 ? lowOf(word(of[0], i)) : highOf(word(of[0], i));
                to[1] = side == 0 ? lowOf(word(of[1], i)) : highOf(word(of[1], i));
            };
            float gate[2];
            float up[2];
            float d[2];
            both(rows.gate, gate);
            both(rows.up, up);
            both(rows.out, d);
            made[side] = columnOf(gate, up, d);
            multiplyAdd(sums[0][2 * i + side], thin[0], made[side].gate);
            multiplyAdd(sums[1][2 * i + side], thin[1], made[side].up);
            multiplyAdd(sums[2][2 * i + side], thin[2], made[side].out);
            multiplyAdd(products8[0], by[0][2 * i + side], transposed(made[side].gate));
            multiplyAdd(products8[1], by[1][2 * i + side], transposed(made[side].up));
        }
        putBack(made[0].gate, made[1].gate, rows.gate, i);
        putBack(made[0].up, made[1].up, rows.up, i);
        putBack(made[0].out, made[1].out, rows.out, i);
    }
}

/// @param rowSums the warp's, [rowsOfTile, factors · mostRank]
__device__ void takeTile(const Args& args, const Place& place, std::int64_t firstRow, const unsigned char* stage,
    Sums& sums, const Factors& by, float* rowSums)
{
    const SwiGluBackwardArgs<BFloat16>& to = args.gradient;
    unsigned thin[products][4];
    const unsigned thinAt = sharedAddress(stage) + products * inputBytes;
#pragma unroll
    for (int index = 0; index < products; ++index)
        loadTransposed(thinAt
                + static_cast<unsigned>(
                    (lane() % 8 + lane() / 16 * 8) * thinBytes + (index * 2 + lane() / 8 % 2) * packBytes),
            thin[index]);
#pragma unroll
    for (int half = 0; half < 2; ++half) {
        TwoRows rows;
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            const unsigned char* at = stage + Place::row(half * 2 + i) * inputStride + place.pack * packBytes;
            rows.gate[i] = *reinterpret_cast<const uint4*>(at);
            rows.up[i] = *reinterpret_cast<const uint4*>(at + inputBytes);
            rows.out[i] = *reinterpret_cast<const uint4*>(at + 2 * inputBytes);
        }
        const unsigned thinHere[products][2] = {{thin[0][2 * half], thin[0][2 * half + 1]},
            {thin[1][2 * half], thin[1][2 * half + 1]}, {thin[2][2 * half], thin[2][2 * half + 1]}};
        float made[factors][4] = {};
        takeTwoRows(rows, thinHere, sums, by, made);
#pragma unroll
        for (int index = 0; index < factors; ++index) {
#pragma unroll
            for (int e = 0; e < 4; ++e)
                rowSums[(half * 8 + lane() % 4 * 2 + e % 2) * factors * mostRank + index * mostRank + lane() / 4
                    + e / 2 * 8]
                    = made[index][e];
        }
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            const std::int64_t row = firstRow + Place::row(half * 2 + i);
            if (!place.isThere || row >= to.rows)
                continue;
            BFloat16* gate = to.dGateUp.data + row * to.dGateUp.stride + place.column;
            storePack(gate, rows.gate[i]);
            storePack(gate + to.width, rows.up[i]);
            if (to.out.data != nullptr)
                storePack(to.out.data + row * to.out.stride + place.column, rows.out[i]);
        }
    }
}

/// Behind the sums, [blocks, rows, factors · mostRank].
__device__ float* productsIn(const Args& args)
{
    return args.scratch + args.gradient.width * products * mostRank * Args::mostParts;
}

/// The warp's sums to the block's part of scratch, [products, mostRank, width].
__device__ void storeSums(const Args& args, const Sums& sums)
{
    const std::int64_t width = args.gradient.width;
    const std::int64_t first = static_cast<std::int64_t>(blockIdx.x) * columns
        + static_cast<int>(threadIdx.x) / 32 * columnsOfWarp + lane() % 4 * 16;
    float* scratch = args.scratch + blockIdx.y * products * mostRank * width;
#pragma unroll
    for (int index = 0; index < products; ++index) {
#pragma unroll
        for (int part = 0; part < 4; ++part) {
            const std::int64_t column = first + part % 2 * 8;
            if (column >= width)
                continue;
            float* to = scratch + (index * mostRank + lane() / 4 + part / 2 * 8) * width + column;
#pragma unroll
            for (int e = 0; e < 8; e += 4)
                *reinterpret_cast<float4*>(to + e) = {
                    sums[index][e][part], sums[index][e + 1][part], sums[index][e + 2][part], sums[index][e + 3][part]};
        }
    }
}

/// The block's products of a tile, over its warps in their order, to scratch behind the sums.
__device__ void storeProducts(const Args& args, std::int64_t firstRow, const float* rowSums)
{
    const int i = static_cast<int>(threadIdx.x) * 2;
    const std::int64_t row = firstRow + i / (factors * mostRank);
    if (row >= args.gradient.rows)
        return;
    float2 sum = {0.0F, 0.0F};
#pragma unroll
    for (int warp = 0; warp < warps; ++warp) {
        const auto& own = *reinterpret_cast<const float2*>(rowSums + warp * rowElements + i);
        sum.x += own.x;
        sum.y += own.y;
    }
    float* to = productsIn(args) + (blockIdx.x * args.gradient.rows + row) * factors * mostRank;
    *reinterpret_cast<float2*>(to + i % (factors * mostRank)) = sum;
}

/// A block has some columns and a part of the batch's rows. No two blocks add to one place, so every run gives the same
/// bits. Rows come in tiles, several of them under way.
__global__ void __launch_bounds__(threads, 1) swiGluThinKernel(const __grid_constant__ Args args)
{
    extern __shared__ __align__(128) unsigned char memory[];
    const Place place = ownPlace(args.gradient.width);
    const auto tiles = static_cast<int>((args.gradient.rows + rowsOfTile - 1) / rowsOfTile);
    const int parts = static_cast<int>(gridDim.y);
    const auto bringTile = [&](int tile, int stage) {
        if (tile < tiles)
            bring(args, static_cast<std::int64_t>(tile) * rowsOfTile, sharedAddress(memory) + stage * stageBytes);
        closeCopies();
    };
    int next = static_cast<int>(blockIdx.y); // tile to bring
    for (int stage = 0; stage < stages - 1; ++stage, next += parts)
        bringTile(next, stage);
    Sums sums = {};
    Factors by;
    loadFactors(args, by);
    auto* rowSums = reinterpret_cast<float*>(memory + stages * stageBytes);
    int rowStage = 0;
    int before = -1; // tile whose products wait in the other stage of rowSums
    const auto storeBefore = [&] {
        if (before >= 0)
            storeProducts(
                args, static_cast<std::int64_t>(before) * rowsOfTile, rowSums + (rowStage ^ 1) * warps * rowElements);
    };
    int stage = 0;
    for (int tile = static_cast<int>(blockIdx.y); tile < tiles; tile += parts, next += parts) {
        awaitCopies<stages - 2>();
        __syncthreads(); // this stage is there for all, and all have left the one that is filled next
        bringTile(next, (stage + stages - 1) % stages);
        storeBefore();
        takeTile(args, place, static_cast<std::int64_t>(tile) * rowsOfTile, memory + stage * stageBytes, sums, by,
            rowSums + (rowStage * warps + static_cast<int>(threadIdx.x) / 32) * rowElements);
        before = tile;
        rowStage ^= 1;
        stage = (stage + 1) % stages;
    }
    awaitCopies<0>();
    __syncthreads();
    storeBefore();
    storeSums(args, sums);
}

/// sums += what the parts have, in their order. One thread two columns; blockIdx.y is the product and its rank.
__global__ void addPartsKernel(const __grid_constant__ Args args, int parts)
{
    const int index = static_cast<int>(blockIdx.y) / mostRank;
    const int rank = static_cast<int>(blockIdx.y) % mostRank;
    const Sum& sum = index == 0 ? args.ofGate : index == 1 ? args.ofUp : args.ofOut;
    const std::int64_t width = args.gradient.width;
    const std::int64_t column = (static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x) * 2;
    if (rank >= sum.rank || column >= width)
        return;
    const float* from = args.scratch + static_cast<std::int64_t>(blockIdx.y) * width + column;
    auto& to = *reinterpret_cast<float2*>(sum.sums.data + rank * sum.sums.stride + column);
    float2 total = to;
    for (int part = 0; part < parts; ++part, from += products * mostRank * width) {
        const auto& own = *reinterpret_cast<const float2*>(from);
        total.x += own.x;
        total.y += own.y;
    }
    to = total;
}

/// Products ← what the blocks have, in their order. One thread two ranks of a row.
__global__ void addProductsKernel(const __grid_constant__ Args args, int blocks)
{
    constexpr int perRow = factors * mostRank / 2;
    const std::int64_t rows = args.gradient.rows;
    const std::int64_t index = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    const std::int64_t row = index / perRow;
    const int rank = static_cast<int>(index % perRow) * 2;
    const bool isUp = rank >= mostRank;
    const Rows<BFloat16>& out = isUp ? args.byUp.out : args.byGate.out;
    if (row >= rows || rank % mostRank >= (isUp ? args.ofUp.rank : args.ofGate.rank))
        return;
    const float* from = productsIn(args) + row * factors * mostRank + rank;
    float2 sum = {0.0F, 0.0F};
    for (int block = 0; block < blocks; ++block, from += rows * factors * mostRank) {
        const auto& own = *reinterpret_cast<const float2*>(from);
        sum.x += own.x;
        sum.y += own.y;
    }
    *reinterpret_cast<unsigned*>(out.data + row * out.stride + rank % mostRank) = packed(sum.x, sum.y);
}

struct Device {
    int processors = 0;
    int sharedBytes = 0; ///< that a block may have
};

Device currentDevice()
{
    int index = 0;
    Device device;
    cudaGetDevice(&index);
    cudaDeviceGetAttribute(&device.processors, cudaDevAttrMultiProcessorCount, index);
    cudaDeviceGetAttribute(&device.sharedBytes, cudaDevAttrMaxSharedMemoryPerBlockOptin, index);
    return device;
}

/// Parts of the batch: those with which the processors, a block each at a time, are done first.
int partsFor(int blocks, int processors)
{
    int best = 1;
    const auto rounds = [&](int parts) { return (blocks * parts + processors - 1) / processors; };
    for (int parts = 2; parts <= Args::mostParts; ++parts)
        if (rounds(parts) * best < rounds(best) * parts)
            best = parts;
    return best;
}

} // namespace

template <>
bool swiGluThin(const Args& args, Stream stream)
{
    const Device device = currentDevice();
    if (device.sharedBytes < sharedBytes)
        return false;
    const std::int64_t width = args.gradient.width;
    if (args.gradient.rows == 0 || width == 0)
        return true;
    const auto blocks = static_cast<int>((width + columns - 1) / columns);
    const int parts = partsFor(blocks, device.processors);
    cudaFuncSetAttribute(swiGluThinKernel, cudaFuncAttributeMaxDynamicSharedMemorySize, sharedBytes);
    swiGluThinKernel<<<dim3(static_cast<unsigned>(blocks), static_cast<unsigned>(parts)), threads, sharedBytes,
        streamOf(stream)>>>(args);
    constexpr unsigned addThreads = 128;
    const auto addBlocks = static_cast<unsigned>((width / 2 + addThreads - 1) / addThreads);
    addPartsKernel<<<dim3(addBlocks, products * mostRank), addThreads, 0, streamOf(stream)>>>(args, parts);
    if (args.ofGate.rank + args.ofUp.rank > 0) {
        const std::int64_t pairs = args.gradient.rows * factors * mostRank / 2;
        addProductsKernel<<<static_cast<unsigned>((pairs + addThreads - 1) / addThreads), addThreads, 0,
            streamOf(stream)>>>(args, blocks);
    }
    return true;
}

} // namespace spectune::kernels::gpu
