// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/cuda/CudaKernels.h"
#include "training/cuda/CudaVector.cuh"

namespace spectune::kernels::gpu {

namespace {

constexpr int tile = 16; ///< rows and columns of M that a block makes
constexpr int depth = 128; ///< elements of the rows that it holds at once

/// A block has one tile of one M, a thread one element. M is symmetric; all of it is written.
template <typename A>
__global__ void gramKernel(GramArgs<A> args)
{
    __shared__ A left[tile][depth + 1];
    __shared__ A right[tile][depth + 1];
    const GramFactor factor = args.factors[blockIdx.x];
    const int firstRow = static_cast<int>(blockIdx.y) * tile;
    const int firstColumn = static_cast<int>(blockIdx.z) * tile;
    if (firstRow >= factor.rank || firstColumn >= factor.rank)
        return;
    const A* values = args.values + factor.values;
    const int row = static_cast<int>(threadIdx.y);
    const int column = static_cast<int>(threadIdx.x);
    A sum = A(0);
    for (std::int64_t begin = 0; begin < factor.width; begin += depth) {
        for (int part = column; part < depth; part += tile) {
            const std::int64_t at = begin + part;
            const auto element
                = [&](int of) { return of < factor.rank && at < factor.width ? values[of * factor.width + at] : A(0); };
            left[row][part] = element(firstRow + row);
            right[row][part] = element(firstColumn + row);
        }
        __syncthreads();
        for (int part = 0; part < depth; ++part)
            sum += left[row][part] * right[column][part];
        __syncthreads();
    }
    const int i = firstRow + row;
    const int j = firstColumn + column;
    if (i < factor.rank && j < factor.rank)
        args.errors[blockIdx.x * args.mostRows * args.mostRows + i * factor.rank + j] = i == j ? sum - A(1) : sum;
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
                                  : static_cast<A>(2.0 * args.gamma / static_cast<double>(args.count)) / norm;
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
    const auto tiles = static_cast<unsigned>((args.mostRows + tile - 1) / tile);
    gramKernel<A><<<dim3(factors, tiles, tiles), dim3(tile, tile), 0, streamOf(stream)>>>(args);
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
