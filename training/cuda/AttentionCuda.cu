// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/cuda/AttentionSums.cuh"

namespace spectune::kernels::gpu {

namespace {

using namespace tiled;

/// out and log Σ of a tile of queries: the softmax is built up key tile by key tile,
/// what is there so far shrinking when a larger score comes.
template <typename T, int Columns>
__global__ void __launch_bounds__(threads) attentionKernel(AttentionArgs<T> args)
{
    using A = Wide<T>;
    using Cut = Tiling<A, Columns>;
    extern __shared__ __align__(16) unsigned char memory[];
    A* queries = reinterpret_cast<A*>(memory);
    A* keys = queries + Cut::tile; // then the values
    A* shared = keys + Cut::tile;
    const Place place = placeOf<T, Cut>(args);
    if (place.begin >= place.length)
        return;
    const Inputs<T> in(args, place.first, place.head, place.head * args.kvHeads / args.heads);
    load<Cut>(queries, in.q, args.qkv.stride, place, place.begin, args.headDim, static_cast<A>(args.scale));
    Sums<Cut, A, Columns> mixed = {};
    A most[Cut::each];
    A sum[Cut::each] = {};
    for (A& value : most)
        value = A(-INFINITY);
    const int end = min(place.begin + Cut::rows, place.length);
    for (int tile = firstTile<T, Cut>(args, place.begin); tile < end; tile += Cut::rows) {
        __syncthreads(); // the last tile's values are read
        load<Cut>(keys, in.k, args.qkv.stride, place, tile, args.headDim);
        __syncthreads();
        Scores<Cut, A> scores = products<Cut>(queries, keys);
        for (int i = 0; i < Cut::each; ++i) {
            const int query = place.begin + static_cast<int>(threadIdx.y) + i * side;
            A high = most[i];
            for (int j = 0; j < Cut::each; ++j) {
                A& score = scores.at[i][j];
                if (!sees(args, query, tile + static_cast<int>(threadIdx.x) + j * side))
                    score = A(-INFINITY);
                high = score > high ? score : high;
            }
            high = mostOfRow(high);
            const A base = high == A(-INFINITY) ? A(0) : high; // a window may begin behind this tile
            const A shrinks = exp(most[i] - base);
            A added = A(0);
            for (A& score : scores.at[i]) {
                score = exp(score - base);
                added += score;
            }
            sum[i] = sum[i] * shrinks + sumOfRow(added);
            most[i] = high;
            for (A& value : mixed.at[i])
                value *= shrinks;
        }
        store(shared, scores);
        __syncthreads(); // the keys are read
        load<Cut>(keys, in.v, args.qkv.stride, place, tile, args.headDim);
        __syncthreads();
        mixed.add(shared, keys);
    }
    T* out = args.out.data + place.first * args.out.stride + place.head * args.headDim;
    for (int i = 0; i < Cut::each; ++i) {
        mixed.writeRow(i, out, args.out.stride, place, args.headDim, A(1) / sum[i]);
        const int query = place.begin + static_cast<int>(threadIdx.y) + i * side;
        if (threadIdx.x == 0 && query < place.length)
            args.logSumExp[place.head * static_cast<std::int64_t>(args.offsets[args.sequences]) + place.first + query]
                = most[i] + log(sum[i]);
    }
}

} // namespace

template <typename T>
void attention(const AttentionArgs<T>& args, Stream stream)
{
    if (args.longest == 0 || args.sequences == 0)
        return;
    withColumns(args.headDim, [&]<int Columns>() {
        launch<T, Columns>(attentionKernel<T, Columns>, args, args, args.heads, /*tiles=*/2, stream);
    });
}

template void attention(const AttentionArgs<float>&, Stream);
template void attention(const AttentionArgs<double>&, Stream);
template void attention(const AttentionArgs<BFloat16>&, Stream);

} // namespace spectune::kernels::gpu
