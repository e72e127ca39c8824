// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/cuda/AttentionSums.cuh"

namespace spectune::kernels::gpu {

namespace {

using namespace tiled;

/// P and dS of a pair of tiles, in place of the scores and of dP: dS = P ∘ (dP − Σ dO ∘ O).
/// @param query, key of the first row and column
template <typename T, typename Cut, typename A>
__device__ void softmaxBackward(const AttentionArgs<T>& args, Scores<Cut, A>& scores, Scores<Cut, A>& gradients, int i,
    int j, int query, int key, A logSum, A delta)
{
    const A p = sees(args, query, key) ? exp(scores.at[i][j] - logSum) : A(0);
    scores.at[i][j] = p;
    gradients.at[i][j] = p * (gradients.at[i][j] - delta);
}

/// The gradient of a tile of queries; leaves Σ dO ∘ O of each query in scratch, [heads, rows].
template <typename T, int Columns>
__global__ void __launch_bounds__(threads) queriesKernel(AttentionBackwardArgs<T> args)
{
    using A = Wide<T>;
    using Cut = Tiling<A, Columns>;
    extern __shared__ __align__(16) unsigned char memory[];
    A* queries = reinterpret_cast<A*>(memory);
    A* dOut = queries + Cut::tile;
    A* keys = dOut + Cut::tile;
    A* values = keys + Cut::tile;
    A* shared = values + Cut::tile;
    const AttentionArgs<T>& of = args.forward;
    const Place place = placeOf<T, Cut>(of);
    if (place.begin >= place.length)
        return;
    const std::int64_t column = place.head * of.headDim;
    const Inputs<T> in(of, place.first, place.head, place.head * of.kvHeads / of.heads);
    load<Cut>(queries, in.q, of.qkv.stride, place, place.begin, of.headDim, static_cast<A>(of.scale));
    load<Cut>(dOut, args.dOut.data + place.first * args.dOut.stride + column, args.dOut.stride, place, place.begin,
        of.headDim);
    __syncthreads();
    A logSum[Cut::each];
    A delta[Cut::each];
    const std::int64_t line = place.head * static_cast<std::int64_t>(of.offsets[of.sequences]) + place.first;
    for (int i = 0; i < Cut::each; ++i) {
        const int row = static_cast<int>(threadIdx.y) + i * side;
        const int query = place.begin + row;
        A part = A(0);
        for (int d = static_cast<int>(threadIdx.x); query < place.length && d < of.headDim; d += side)
            part += dOut[row * Cut::stride + d]
                * widened(of.out.data[(place.first + query) * of.out.stride + column + d]);
        delta[i] = sumOfRow(part);
        logSum[i] = query < place.length ? of.logSumExp[line + query] : A(0);
        if (threadIdx.x == 0 && query < place.length)
            of.scratch[line + query] = delta[i];
    }
    Sums<Cut, A, Columns> gradient = {};
    const int end = min(place.begin + Cut::rows, place.length);
    for (int tile = firstTile<T, Cut>(of, place.begin); tile < end; tile += Cut::rows) {
        __syncthreads();
        load<Cut>(keys, in.k, of.qkv.stride, place, tile, of.headDim);
        load<Cut>(values, in.v, of.qkv.stride, place, tile, of.headDim);
        __syncthreads();
        Scores<Cut, A> scores = products<Cut>(queries, keys);
        Scores<Cut, A> dScores = products<Cut>(dOut, values);
        for (int i = 0; i < Cut::each; ++i) {
            for (int j = 0; j < Cut::each; ++j)
                softmaxBackward(of, scores, dScores, i, j, place.begin + static_cast<int>(threadIdx.y) + i * side,
                    tile + static_cast<int>(threadIdx.x) + j * side, logSum[i], delta[i]);
        }
        store(shared, dScores);
        __syncthreads();
        gradient.add(shared, keys);
    }
    T* to = args.dQkv.data + place.first * args.dQkv.stride + column;
    for (int i = 0; i < Cut::each; ++i)
        gradient.writeRow(i, to, args.dQkv.stride, place, of.headDim, static_cast<A>(of.scale));
}

/// The gradients of a tile of keys and values, from all query heads that read this key head.
template <typename T, int Columns>
__global__ void __launch_bounds__(threads) keysKernel(AttentionBackwardArgs<T> args)
{
    using A = Wide<T>;
    using Cut = Tiling<A, Columns>;
    extern __shared__ __align__(16) unsigned char memory[];
    A* keys = reinterpret_cast<A*>(memory);
    A* values = keys + Cut::tile;
    A* queries = values + Cut::tile;
    A* dOut = queries + Cut::tile;
    A* shared = dOut + Cut::tile;
    const AttentionArgs<T>& of = args.forward;
    const Place place = placeOf<T, Cut>(of);
    if (place.begin >= place.length)
        return;
    const auto group = static_cast<int>(of.heads / of.kvHeads);
    const Inputs<T> own(of, place.first, place.head * group, place.head);
    load<Cut>(keys, own.k, of.qkv.stride, place, place.begin, of.headDim);
    load<Cut>(values, own.v, of.qkv.stride, place, place.begin, of.headDim);
    Sums<Cut, A, Columns> dKeys = {};
    Sums<Cut, A, Columns> dValues = {};
    const int last = min(place.begin + Cut::rows, place.length) - 1;
    const auto end
        = static_cast<int>(of.window > 0 ? min(last + of.window, std::int64_t {place.length}) : place.length);
    for (int head = place.head * group; head < (place.head + 1) * group; ++head) {
        const std::int64_t column = head * of.headDim;
        const T* q = of.qkv.data + place.first * of.qkv.stride + column;
        const T* d = args.dOut.data + place.first * args.dOut.stride + column;
        const std::int64_t line = head * static_cast<std::int64_t>(of.offsets[of.sequences]) + place.first;
        for (int tile = place.begin; tile < end; tile += Cut::rows) {
            __syncthreads();
            load<Cut>(queries, q, of.qkv.stride, place, tile, of.headDim, static_cast<A>(of.scale));
            load<Cut>(dOut, d, args.dOut.stride, place, tile, of.headDim);
            __syncthreads();
            Scores<Cut, A> scores = products<Cut>(keys, queries);
            Scores<Cut, A> dScores = products<Cut>(values, dOut);
            for (int j = 0; j < Cut::each; ++j) {
                const int query = tile + static_cast<int>(threadIdx.x) + j * side;
                const bool isThere = query < place.length;
                const A logSum = isThere ? of.logSumExp[line + query] : A(INFINITY); // no query, no probability
                const A delta = isThere ? of.scratch[line + query] : A(0);
                for (int i = 0; i < Cut::each; ++i)
                    softmaxBackward(of, scores, dScores, i, j, query,
                        place.begin + static_cast<int>(threadIdx.y) + i * side, logSum, delta);
            }
            store(shared, scores);
            __syncthreads();
            dValues.add(shared, dOut);
            __syncthreads();
            store(shared, dScores);
            __syncthreads();
            dKeys.add(shared, queries); // they are scaled
        }
    }
    T* to = args.dQkv.data + place.first * args.dQkv.stride + (of.heads + place.head) * of.headDim;
    for (int i = 0; i < Cut::each; ++i) {
        dKeys.writeRow(i, to, args.dQkv.stride, place, of.headDim, A(1));
        dValues.writeRow(i, to + of.kvHeads * of.headDim, args.dQkv.stride, place, of.headDim, A(1));
    }
}

} // namespace

template <typename T>
void attentionBackward(const AttentionBackwardArgs<T>& args, Stream stream)
{
    const AttentionArgs<T>& of = args.forward;
    if (of.longest == 0 || of.sequences == 0)
        return;
    withColumns(of.headDim, [&]<int Columns>() {
        launch<T, Columns>(queriesKernel<T, Columns>, args, of, of.heads, /*tiles=*/4, stream);
        launch<T, Columns>(keysKernel<T, Columns>, args, of, of.kvHeads, /*tiles=*/4, stream);
    });
}

template void attentionBackward(const AttentionBackwardArgs<float>&, Stream);
template void attentionBackward(const AttentionBackwardArgs<double>&, Stream);
template void attentionBackward(const AttentionBackwardArgs<BFloat16>&, Stream);

} // namespace spectune::kernels::gpu
