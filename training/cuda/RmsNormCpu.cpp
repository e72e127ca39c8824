// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/cuda/CpuKernels.h"
#include "training/cuda/CpuVector.h"

namespace spectune::kernels::SPECTUNE_CPU_LEVEL {

namespace {

/// x + delta as it is stored, written to @p sum. @return Σ of its squares
template <typename T>
Wide<T> addRow(const T* x, const T* delta, T* sum, std::int64_t width)
{
    using A = Wide<T>;
    Vector<A> squares = broadcast<A>(0);
    std::int64_t i = 0;
    for (; i + lanes<A> <= width; i += lanes<A>) {
        Vector<A> value = load(x + i);
        if (delta != nullptr)
            value = roundedVector<T>(value + load(delta + i));
        if (sum != nullptr)
            store(sum + i, value);
        squares += value * value;
    }
    A total = sumOf<A>(squares);
    for (; i < width; ++i) {
        A value = widened(x[i]);
        if (delta != nullptr)
            value = rounded<T>(value + widened(delta[i]));
        if (sum != nullptr)
            sum[i] = narrowed<T>(value);
        total += value * value;
    }
    return total;
}

template <typename T>
void scaleRow(const T* x, const T* weight, Wide<T> inverse, T* y, std::int64_t width)
{
    using A = Wide<T>;
    std::int64_t i = 0;
    for (; i + lanes<A> <= width; i += lanes<A>)
        store(y + i, roundedVector<T>(load(x + i) * inverse) * load(weight + i));
    for (; i < width; ++i)
        y[i] = narrowed<T>(rounded<T>(widened(x[i]) * inverse) * widened(weight[i]));
}

} // namespace

template <typename T>
void rmsNorm(const RmsNormArgs<T>& args, Stream)
{
    using A = Wide<T>;
    for (std::int64_t row = 0; row < args.rows; ++row) {
        const T* x = args.x.data + row * args.x.stride;
        const T* delta = args.delta.data != nullptr ? args.delta.data + row * args.delta.stride : nullptr;
        T* sum = args.sum.data != nullptr ? args.sum.data + row * args.sum.stride : nullptr;
        const A squares = addRow(x, delta, sum, args.width);
        const A mean = squares / static_cast<A>(args.width) + static_cast<A>(args.eps);
        const A inverse = A(1) / static_cast<A>(std::sqrt(mean));
        if (args.inverse != nullptr)
            args.inverse[row] = inverse;
        if (args.y.data != nullptr)
            scaleRow(sum != nullptr ? sum : x, args.weight, inverse, args.y.data + row * args.y.stride, args.width);
    }
}

template <typename T>
void rmsNormBackward(const RmsNormBackwardArgs<T>& args, Stream)
{
    using A = Wide<T>;
    for (std::int64_t row = 0; row < args.rows; ++row) {
        const T* x = args.x.data + row * args.x.stride;
        const T* dy = args.dy.data + row * args.dy.stride;
        T* dx = args.dx.data + row * args.dx.stride;
        const A inverse = args.inverse[row];
        Vector<A> sums = broadcast<A>(0);
        std::int64_t i = 0;
        for (; i + lanes<A> <= args.width; i += lanes<A>)
            sums += load(dy + i) * load(args.weight + i) * load(x + i);
        A along = sumOf<A>(sums);
        for (; i < args.width; ++i)
            along += widened(dy[i]) * widened(args.weight[i]) * widened(x[i]);
        along *= inverse * inverse / static_cast<A>(args.width); // mean(g ∘ x̂) · inverse, to be multiplied with x
        for (i = 0; i + lanes<A> <= args.width; i += lanes<A>) {
            const Vector<A> g = load(dy + i) * load(args.weight + i);
            store(dx + i, load(dx + i) + (g - load(x + i) * along) * inverse);
        }
        for (; i < args.width; ++i) {
            const A g = widened(dy[i]) * widened(args.weight[i]);
            dx[i] = narrowed<T>(widened(dx[i]) + (g - widened(x[i]) * along) * inverse);
        }
    }
}

template void rmsNorm(const RmsNormArgs<float>&, Stream);
template void rmsNorm(const RmsNormArgs<double>&, Stream);
template void rmsNorm(const RmsNormArgs<BFloat16>&, Stream);
template void rmsNormBackward(const RmsNormBackwardArgs<float>&, Stream);
template void rmsNormBackward(const RmsNormBackwardArgs<double>&, Stream);
template void rmsNormBackward(const RmsNormBackwardArgs<BFloat16>&, Stream);

} // namespace spectune::kernels::SPECTUNE_CPU_LEVEL
