// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/cuda/CudaKernels.h"
#include "training/cuda/CudaVector.cuh"

namespace spectune::kernels::gpu {

namespace {

constexpr int side = 4; ///< rows and columns of M that a block makes
constexpr unsigned gramThreads = 256;

/// One column of @p side rows from @p first on; 0 beyond the last.
template <typename A>
__device__ void loadRows(const A* column, const GramFactor& factor, int first, A (&to)[side])
{
    for (int i = 0; i < side; ++i)
        to[i] = first + i < factor.rank ? column[(first + i) * factor.width] : A(0);
}

/// Σ over the block of each of @p sums, which warp 0 hands to @p take(row, column, sum).
template <typename A, typename Take>
__device__ void sumUp(A (&sums)[side][side], const Take& take)
{
    constexpr int warps = gramThreads / 32;
    __shared__ A shared[warps][side * side];
    const int warp = static_cast<int>(threadIdx.x) / 32;
    const int lane = static_cast<int>(threadIdx.x) % 32;
    for (int i = 0; i < side * side; ++i) {
        A sum = sums[i / side][i % side];
        for (int offset = 16; offset > 0; offset /= 2)
            sum += __shfl_xor_sync(0xffffffffU, sum, offset);
        if (lane == 0)
            shared[warp][i] = sum;
    }
    __syncthreads();
    if (threadIdx.x >= side * side)
        return;
    A sum = A(0);
    for (int i = 0; i < warps; ++i)
        sum += shared[i][lane];
    take(lane / side, lane % side, sum);
}

/// A block has one tile of one M, on the diagonal or below, and a thread some of the terms of all its sums: what it
/// loads serves several products. M is symmetric; all of it is written.
template <typename A>
__global__ void __launch_bounds__(gramThreads) gramKernel(GramArgs<A> args)
{
    const GramFactor factor = args.factors[blockIdx.x];
    const int firstRow = static_cast<int>(blockIdx.y) * side;
    const int firstColumn = static_cast<int>(blockIdx.z) * side;
    if (firstRow >= factor.rank || firstColumn > firstRow)
        return;
    A sums[side][side] = {};
#pragma unroll 2
    for (std::int64_t at = threadIdx.x; at < factor.width; at += gramThreads) {
        const A* column = args.values + factor.values + at;
        A left[side];
        A right[side];
        loadRows(column, factor, firstRow, left);
        loadRows(column, factor, firstColumn, right);
        for (int i = 0; i < side; ++i)
            for (int j = 0; j < side; ++j)
                sums[i][j] += left[i] * right[j];
    }
    A* errors = args.errors + blockIdx.x * args.mostRows * args.mostRows;
    sumUp(sums, [&](int row, int column, A sum) {
        const int i = firstRow + row;
        const int j = firstColumn + column;
        if (i >= factor.rank || j > i)
            return;
        const A error = i == j ? sum - A(1) : sum;
        errors[i * factor.rank + j] = error;
        errors[j * factor.rank + i] = error;
    });
}

/// A block has one factor.
template <typename A>
__global__ void normKernel(GramArgs<A> args)
{
    __shared__ A shared[33];
    const std::int64_t rank = args.factors[blockIdx.x].rank;
    const A* errors = args.errors + blockIdx.x * args.mostRows * args.mostRows;
    A sum = A(0);
    for (std::int64_t i = threadIdx.x; i < rank * rank; i += blockDim.x)
        sum += errors[i] * errors[i];
    sum = blockSum(sum, shared);
    if (threadIdx.x == 0)
        args.norms[blockIdx.x] = sqrt(sum);
}

/// A thread has one column of one factor.
template <typename A>
__global__ void gramGradientKernel(GramArgs<A> args)
{
    const GramFactor factor = args.factors[blockIdx.x];
    const std::int64_t column = static_cast<std::int64_t>(blockIdx.y) * blockDim.x + threadIdx.x;
    const A norm = args.norms[blockIdx.x];
    if (column >= factor.width || (!args.squared && norm == A(0)))
        return;
    const A weight = args.squared ? static_cast<A>(4.0 * args.gamma)
                                  : static_cast<A>(2.0 * args.gamma / static_cast<double>(args.all)) / norm;
    const A* errors = args.errors + blockIdx.x * args.mostRows * args.mostRows;
    const A* values = args.values + factor.values + column;
    A* gradients = args.gradients + factor.values + column;
    for (std::int64_t i = 0; i < factor.rank; ++i) {
        A sum = A(0);
        for (std::int64_t j = 0; j < factor.rank; ++j)
            sum += errors[i * factor.rank + j] * values[j * factor.width];
        gradients[i * factor.width] += weight * sum;
    }
}

} // namespace

template <typename A>
void gram(const GramArgs<A>& args, Stream stream)
{
    if (args.count == 0 || args.mostRows == 0)
        return;
    const auto factors = static_cast<unsigned>(args.count);
    const auto tiles = static_cast<unsigned>((args.mostRows + side - 1) / side);
    gramKernel<A><<<dim3(factors, tiles, tiles), gramThreads, 0, streamOf(stream)>>>(args);
    normKernel<A><<<factors, 128, 0, streamOf(stream)>>>(args);
    if (args.gamma == 0.0)
        return;
    constexpr unsigned threads = 128;
    const auto columns = static_cast<unsigned>((args.widest + threads - 1) / threads);
    gramGradientKernel<A><<<dim3(factors, columns), threads, 0, streamOf(stream)>>>(args);
}

template void gram(const GramArgs<float>&, Stream);
template void gram(const GramArgs<double>&, Stream);

} // namespace spectune::kernels::gpu
