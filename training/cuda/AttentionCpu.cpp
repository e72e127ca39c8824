// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/cuda/CpuExponential.h"
#include "training/cuda/CpuKernels.h"

namespace spectune::kernels::SPECTUNE_CPU_LEVEL {

namespace {

constexpr std::int64_t blockRows = 16; ///< queries that share one pass over the keys

constexpr std::int64_t roundUp(std::int64_t value, std::int64_t unit)
{
    return (value + unit - 1) / unit * unit;
}

/// A left operand read element by element: (m, k) lies at data[m · row + k · column].
template <typename A>
struct Strided {
    const A* data;
    std::int64_t row;
    std::int64_t column;
};

/// C (+)= a · b for R rows and C registers of columns, held in registers over all of K.
template <typename A, int R, int C>
void tile(Strided<A> a, const A* b, std::int64_t bStride, A* c, std::int64_t cStride, std::int64_t depth, bool adds)
{
    Vector<A> sums[R][C];
    for (int r = 0; r < R; ++r) {
        for (int i = 0; i < C; ++i)
            sums[r][i] = adds ? load(c + r * cStride + i * lanes<A>) : broadcast<A>(0);
    }
    for (std::int64_t k = 0; k < depth; ++k) {
        Vector<A> right[C];
        for (int i = 0; i < C; ++i)
            right[i] = load(b + k * bStride + i * lanes<A>);
        for (int r = 0; r < R; ++r) {
            const A left = a.data[r * a.row + k * a.column];
            for (int i = 0; i < C; ++i)
                sums[r][i] += left * right[i];
        }
    }
    for (int r = 0; r < R; ++r) {
        for (int i = 0; i < C; ++i)
            store(c + r * cStride + i * lanes<A>, sums[r][i]);
    }
}

template <typename A, int C>
void columns(Strided<A> a, const A* b, std::int64_t bStride, A* c, std::int64_t cStride, std::int64_t rows,
    std::int64_t depth, bool adds)
{
    constexpr int high = C == 1 ? 8 : 4;
    std::int64_t m = 0;
    for (; m + high <= rows; m += high)
        tile<A, high, C>({a.data + m * a.row, a.row, a.column}, b, bStride, c + m * cStride, cStride, depth, adds);
    for (; m < rows; ++m)
        tile<A, 1, C>({a.data + m * a.row, a.row, a.column}, b, bStride, c + m * cStride, cStride, depth, adds);
}

/// C (+)= a · B, [rows, width] = [rows, depth] · [depth, width]; width is a multiple of the register's.
template <typename A>
void multiply(Strided<A> a, const A* b, std::int64_t bStride, A* c, std::int64_t cStride, std::int64_t rows,
    std::int64_t width, std::int64_t depth, bool adds)
{
    std::int64_t n = 0;
    for (; n + 2 * lanes<A> <= width; n += 2 * lanes<A>)
        columns<A, 2>(a, b + n, bStride, c + n, cStride, rows, depth, adds);
    for (; n < width; n += lanes<A>)
        columns<A, 1>(a, b + n, bStride, c + n, cStride, rows, depth, adds);
}

/// Which part of the packed rows one call works on, and how wide its padded copies are.
template <typename T>
struct Head {
    const AttentionArgs<T>& args;
    std::int64_t first; ///< row of the sequence's first token
    std::int64_t length;
    std::int64_t dim = roundUp(args.headDim, lanes<Wide<T>>);
    std::int64_t keys = roundUp(length, lanes<Wide<T>>);

    /// The keys that the queries [begin, end) see: from a register's border on.
    [[nodiscard]] std::int64_t firstKey(std::int64_t query) const
    {
        const std::int64_t key = args.window > 0 && query + 1 > args.window ? query + 1 - args.window : 0;
        return key;
    }
    [[nodiscard]] std::int64_t alignedFirstKey(std::int64_t query) const
    {
        return firstKey(query) / lanes<Wide<T>> * lanes<Wide<T>>;
    }
};

/// Copies rows of T into [count, dim] of Wide<T>, times @p scale, filled with zeros.
template <typename T>
void gather(const T* from, std::int64_t stride, std::int64_t count, std::int64_t width, Wide<T> scale, Wide<T>* to,
    std::int64_t dim)
{
    for (std::int64_t row = 0; row < count; ++row) {
        for (std::int64_t d = 0; d < width; ++d)
            to[row * dim + d] = widened(from[row * stride + d]) * scale;
        for (std::int64_t d = width; d < dim; ++d)
            to[row * dim + d] = 0;
    }
}

/// The same as [width, keys], so that keys lie side by side.
template <typename T>
void gatherTransposed(
    const T* from, std::int64_t stride, std::int64_t count, std::int64_t width, Wide<T>* to, std::int64_t keys)
{
    for (std::int64_t row = 0; row < count; ++row) {
        for (std::int64_t d = 0; d < width; ++d)
            to[d * keys + row] = widened(from[row * stride + d]);
    }
    for (std::int64_t d = 0; d < width; ++d) {
        for (std::int64_t row = count; row < keys; ++row)
            to[d * keys + row] = 0;
    }
}

template <typename T>
void scatter(const Wide<T>* from, std::int64_t dim, std::int64_t count, std::int64_t width, Wide<T> scale, T* to,
    std::int64_t stride)
{
    for (std::int64_t row = 0; row < count; ++row) {
        for (std::int64_t d = 0; d < width; ++d)
            to[row * stride + d] = narrowed<T>(from[row * dim + d] * scale);
    }
}

/// Scores outside [low, high] of a row that covers [begin, end) become −∞.
template <typename A>
void maskRow(A* scores, std::int64_t begin, std::int64_t end, std::int64_t low, std::int64_t high)
{
    for (std::int64_t key = begin; key < low; ++key)
        scores[key] = -A(INFINITY);
    for (std::int64_t key = high + 1; key < end; ++key)
        scores[key] = -A(INFINITY);
}

/// scores ← e^(scores − max). @return {max, Σ}
template <typename A>
struct RowSum {
    A most;
    A sum;
};

template <typename A>
RowSum<A> exponentiate(A* scores, std::int64_t begin, std::int64_t end)
{
    Vector<A> high = load(scores + begin);
    for (std::int64_t key = begin + lanes<A>; key < end; key += lanes<A>) {
        const Vector<A> value = load(scores + key);
        high = value > high ? value : high;
    }
    A most = high[0];
    for (std::int64_t lane = 1; lane < lanes<A>; ++lane)
        most = high[lane] > most ? high[lane] : most;
    Vector<A> sums = broadcast<A>(0);
    for (std::int64_t key = begin; key < end; key += lanes<A>) {
        const Vector<A> value = exponential<A>(load(scores + key) - most);
        store(scores + key, value);
        sums += value;
    }
    return {most, sumOf<A>(sums)};
}

/// Hands out parts of one buffer.
template <typename A>
struct Scratch {
    A* next;

    A* take(std::int64_t elements)
    {
        A* part = next;
        next += roundUp(elements, 16);
        return part;
    }
};

/// out of one query head. @param keysT [dim, keys] @param values [keys, dim]
template <typename T>
void forwardHead(
    const Head<T>& at, std::int64_t head, const Wide<T>* keysT, const Wide<T>* values, Scratch<Wide<T>> scratch)
{
    using A = Wide<T>;
    const AttentionArgs<T>& args = at.args;
    A* queries = scratch.take(blockRows * at.dim);
    A* scores = scratch.take(blockRows * at.keys);
    A* mixed = scratch.take(blockRows * at.dim);
    for (std::int64_t begin = 0; begin < at.length; begin += blockRows) {
        const std::int64_t end = begin + blockRows < at.length ? begin + blockRows : at.length;
        const std::int64_t rows = end - begin;
        const std::int64_t from = at.alignedFirstKey(begin);
        const std::int64_t to = roundUp(end, lanes<A>);
        const T* q = args.qkv.data + (at.first + begin) * args.qkv.stride + head * args.headDim;
        gather(q, args.qkv.stride, rows, args.headDim, static_cast<A>(args.scale), queries, at.dim);
        multiply<A>(
            {queries, at.dim, 1}, keysT + from, at.keys, scores + from, at.keys, rows, to - from, args.headDim, false);
        T* out = args.out.data + (at.first + begin) * args.out.stride + head * args.headDim;
        A* logSum = args.logSumExp + head * args.offsets[args.sequences] + at.first + begin;
        A inverse[blockRows];
        for (std::int64_t row = 0; row < rows; ++row) {
            A* line = scores + row * at.keys;
            maskRow(line, from, to, at.firstKey(begin + row), begin + row);
            const RowSum<A> sum = exponentiate(line, from, to);
            logSum[row] = sum.most + static_cast<A>(std::log(sum.sum));
            inverse[row] = A(1) / sum.sum;
        }
        multiply<A>(
            {scores + from, at.keys, 1}, values + from * at.dim, at.dim, mixed, at.dim, rows, at.dim, to - from, false);
        for (std::int64_t row = 0; row < rows; ++row)
            scatter(mixed + row * at.dim, at.dim, 1, args.headDim, inverse[row], out + row * args.out.stride, 0);
    }
}

/// What the heads that share a key head read and add to.
template <typename A>
struct KeyHead {
    A* keys; // [keys, dim]
    A* keysT; // [headDim, keys]
    A* valuesT; // [headDim, keys]
    A* dKeys; // [keys, dim]
    A* dValues; // [keys, dim]
};

/// P and dS of one row, in place of the scores and of dP: dS = P ∘ (dP − Σ dO ∘ O).
template <typename A>
void softmaxBackward(A* scores, A* dScores, std::int64_t begin, std::int64_t end, A logSum, A delta)
{
    for (std::int64_t key = begin; key < end; key += lanes<A>) {
        const Vector<A> p = exponential<A>(load(scores + key) - logSum);
        store(scores + key, p);
        store(dScores + key, p * (load(dScores + key) - delta));
    }
}

template <typename T>
void backwardHead(const AttentionBackwardArgs<T>& args, const Head<T>& at, std::int64_t head,
    const KeyHead<Wide<T>>& shared, Scratch<Wide<T>> scratch)
{
    using A = Wide<T>;
    const AttentionArgs<T>& of = args.forward;
    A* queries = scratch.take(blockRows * at.dim);
    A* dOut = scratch.take(blockRows * at.dim);
    A* dQueries = scratch.take(blockRows * at.dim);
    A* scores = scratch.take(blockRows * at.keys);
    A* dScores = scratch.take(blockRows * at.keys);
    for (std::int64_t begin = 0; begin < at.length; begin += blockRows) {
        const std::int64_t end = begin + blockRows < at.length ? begin + blockRows : at.length;
        const std::int64_t rows = end - begin;
        const std::int64_t from = at.alignedFirstKey(begin);
        const std::int64_t to = roundUp(end, lanes<A>);
        const std::int64_t row0 = at.first + begin;
        const std::int64_t column = head * of.headDim;
        gather(of.qkv.data + row0 * of.qkv.stride + column, of.qkv.stride, rows, of.headDim, static_cast<A>(of.scale),
            queries, at.dim);
        gather(
            args.dOut.data + row0 * args.dOut.stride + column, args.dOut.stride, rows, of.headDim, A(1), dOut, at.dim);
        multiply<A>({queries, at.dim, 1}, shared.keysT + from, at.keys, scores + from, at.keys, rows, to - from,
            of.headDim, false);
        multiply<A>({dOut, at.dim, 1}, shared.valuesT + from, at.keys, dScores + from, at.keys, rows, to - from,
            of.headDim, false);
        const A* logSum = of.logSumExp + head * of.offsets[of.sequences] + row0;
        for (std::int64_t row = 0; row < rows; ++row) {
            const T* out = of.out.data + (row0 + row) * of.out.stride + column;
            A delta = 0;
            for (std::int64_t d = 0; d < of.headDim; ++d)
                delta += dOut[row * at.dim + d] * widened(out[d]);
            A* line = scores + row * at.keys;
            maskRow(line, from, to, at.firstKey(begin + row), begin + row);
            softmaxBackward(line, dScores + row * at.keys, from, to, logSum[row], delta);
        }
        multiply<A>({dScores + from, at.keys, 1}, shared.keys + from * at.dim, at.dim, dQueries, at.dim, rows, at.dim,
            to - from, false);
        multiply<A>({scores + from, 1, at.keys}, dOut, at.dim, shared.dValues + from * at.dim, at.dim, to - from,
            at.dim, rows, true);
        multiply<A>({dScores + from, 1, at.keys}, queries, at.dim, shared.dKeys + from * at.dim, at.dim, to - from,
            at.dim, rows, true);
        scatter(dQueries, at.dim, rows, of.headDim, static_cast<A>(of.scale),
            args.dQkv.data + row0 * args.dQkv.stride + column, args.dQkv.stride);
    }
}

template <typename A>
void clear(A* from, std::int64_t count)
{
    for (std::int64_t i = 0; i < count; ++i)
        from[i] = 0;
}

/// @return column of key head @p head's keys; its values lie kvHeads · headDim further on.
template <typename T>
std::int64_t keyColumn(const AttentionArgs<T>& args, std::int64_t head)
{
    return (args.heads + head) * args.headDim;
}

} // namespace

template <typename T>
void attention(const AttentionArgs<T>& args, Stream)
{
    using A = Wide<T>;
    const std::int64_t group = args.heads / args.kvHeads;
    for (std::int64_t sequence = 0; sequence < args.sequences; ++sequence) {
        const std::int64_t first = args.offsets[sequence];
        const Head<T> at {.args = args, .first = first, .length = args.offsets[sequence + 1] - first};
        for (std::int64_t head = 0; head < args.kvHeads; ++head) {
            Scratch<A> scratch {args.scratch};
            A* keysT = scratch.take(args.headDim * at.keys);
            A* values = scratch.take(at.keys * at.dim);
            const T* k = args.qkv.data + first * args.qkv.stride + keyColumn(args, head);
            const T* v = k + args.kvHeads * args.headDim;
            gatherTransposed(k, args.qkv.stride, at.length, args.headDim, keysT, at.keys);
            gather(v, args.qkv.stride, at.length, args.headDim, A(1), values, at.dim);
            clear(values + at.length * at.dim, (at.keys - at.length) * at.dim);
            for (std::int64_t query = head * group; query < (head + 1) * group; ++query)
                forwardHead(at, query, keysT, values, scratch);
        }
    }
}

template <typename T>
void attentionBackward(const AttentionBackwardArgs<T>& args, Stream)
{
    using A = Wide<T>;
    const AttentionArgs<T>& of = args.forward;
    const std::int64_t group = of.heads / of.kvHeads;
    for (std::int64_t sequence = 0; sequence < of.sequences; ++sequence) {
        const std::int64_t first = of.offsets[sequence];
        const Head<T> at {.args = of, .first = first, .length = of.offsets[sequence + 1] - first};
        for (std::int64_t head = 0; head < of.kvHeads; ++head) {
            Scratch<A> scratch {of.scratch};
            const std::int64_t size = at.keys * at.dim;
            const KeyHead<A> shared {.keys = scratch.take(size),
                .keysT = scratch.take(size),
                .valuesT = scratch.take(size),
                .dKeys = scratch.take(size),
                .dValues = scratch.take(size)};
            const std::int64_t column = keyColumn(of, head);
            const std::int64_t values = of.kvHeads * of.headDim;
            const T* k = of.qkv.data + first * of.qkv.stride + column;
            gather(k, of.qkv.stride, at.length, of.headDim, A(1), shared.keys, at.dim);
            clear(shared.keys + at.length * at.dim, (at.keys - at.length) * at.dim);
            gatherTransposed(k, of.qkv.stride, at.length, of.headDim, shared.keysT, at.keys);
            gatherTransposed(k + values, of.qkv.stride, at.length, of.headDim, shared.valuesT, at.keys);
            clear(shared.dKeys, size);
            clear(shared.dValues, size);
            for (std::int64_t query = head * group; query < (head + 1) * group; ++query)
                backwardHead(args, at, query, shared, scratch);
            T* dk = args.dQkv.data + first * args.dQkv.stride + column;
            scatter(shared.dKeys, at.dim, at.length, of.headDim, A(1), dk, args.dQkv.stride);
            scatter(shared.dValues, at.dim, at.length, of.headDim, A(1), dk + values, args.dQkv.stride);
        }
    }
}

template void attention(const AttentionArgs<float>&, Stream);
template void attention(const AttentionArgs<double>&, Stream);
template void attention(const AttentionArgs<BFloat16>&, Stream);
template void attentionBackward(const AttentionBackwardArgs<float>&, Stream);
template void attentionBackward(const AttentionBackwardArgs<double>&, Stream);
template void attentionBackward(const AttentionBackwardArgs<BFloat16>&, Stream);

} // namespace spectune::kernels::SPECTUNE_CPU_LEVEL
