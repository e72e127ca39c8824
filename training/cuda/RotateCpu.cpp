// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/cuda/CpuKernels.h"
#include "training/cuda/CpuVector.h"

namespace spectune::kernels::SPECTUNE_CPU_LEVEL {

namespace {

/// (a, b) ← (a cos − b sin, b cos + a sin), with the roundings of x·cos + rotateHalf(x)·sin in T.
template <typename T>
void turn(T* low, T* high, const T* cos, const T* sin, Wide<T> sign, std::int64_t half)
{
    using A = Wide<T>;
    std::int64_t i = 0;
    for (; i + lanes<A> <= half; i += lanes<A>) {
        const Vector<A> a = load(low + i);
        const Vector<A> b = load(high + i);
        const Vector<A> c = load(cos + i);
        const Vector<A> s = load(sin + i) * sign;
        store(low + i, roundedVector<T>(a * c) - b * s);
        store(high + i, roundedVector<T>(b * c) + a * s);
    }
    for (; i < half; ++i) {
        const A a = widened(low[i]);
        const A b = widened(high[i]);
        const A c = widened(cos[i]);
        const A s = widened(sin[i]) * sign;
        low[i] = narrowed<T>(rounded<T>(a * c) - b * s);
        high[i] = narrowed<T>(rounded<T>(b * c) + a * s);
    }
}

/// The row as it is before it turns.
template <typename T>
void gather(const RotateArgs<T>& args, std::int64_t row, T* x)
{
    const auto append = [&](const Rows<const T>& from, std::int64_t heads) {
        __builtin_memcpy(x, from.data + row * from.stride, static_cast<std::size_t>(heads * args.headDim) * sizeof(T));
        x += heads * args.headDim;
    };
    append(args.query, args.heads - args.kvHeads);
    append(args.key, args.kvHeads);
    append(args.value, args.kvHeads);
}

} // namespace

template <typename T>
void rotate(const RotateArgs<T>& args, Stream)
{
    const std::int64_t half = args.headDim / 2;
    const Wide<T> sign = args.back ? Wide<T>(-1) : Wide<T>(1);
    for (std::int64_t row = 0; row < args.rows; ++row) {
        const std::int64_t angles = args.positions[row] * args.headDim;
        if (args.query.data != nullptr)
            gather(args, row, args.x.data + row * args.x.stride);
        for (std::int64_t head = 0; head < args.heads; ++head) {
            T* x = args.x.data + row * args.x.stride + head * args.headDim;
            turn(x, x + half, args.cos + angles, args.sin + angles, sign, half);
        }
    }
}

template void rotate(const RotateArgs<float>&, Stream);
template void rotate(const RotateArgs<double>&, Stream);
template void rotate(const RotateArgs<BFloat16>&, Stream);

} // namespace spectune::kernels::SPECTUNE_CPU_LEVEL
