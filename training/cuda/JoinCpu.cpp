// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/cuda/CpuKernels.h"
#include "training/cuda/CpuVector.h"

namespace spectune::kernels::SPECTUNE_CPU_LEVEL {

namespace {

template <typename T>
void joinQ(const JoinedFactor& factor, const Wide<T>* values)
{
    for (std::int64_t i = 0; i < factor.rank; ++i) {
        T* row = static_cast<T*>(factor.joined) + i * factor.stride;
        for (std::int64_t j = 0; j < factor.width; ++j)
            row[j] = narrowed<T>(values[i * factor.width + j]);
    }
}

/// Column by column of Pᵀ: what is written lies in one line of the cache.
template <typename T>
void joinP(const JoinedFactor& factor, const Wide<T>* values, const Wide<T>* lambda, Wide<T> scale)
{
    for (std::int64_t j = 0; j < factor.width; ++j) {
        T* row = static_cast<T*>(factor.joined) + j * factor.stride;
        for (std::int64_t i = 0; i < factor.rank; ++i)
            row[i] = narrowed<T>(values[i * factor.width + j] * (lambda[i] * scale));
    }
}

/// to = from · weight. @return Σ values ∘ from
template <typename A>
A collectRow(const A* __restrict from, const A* __restrict values, A* __restrict to, A weight, std::int64_t width)
{
    constexpr std::int64_t step = lanes<A>;
    Vector<A> sums {};
    std::int64_t i = 0;
    for (; i + step <= width; i += step) {
        const Vector<A> sum = load(from + i);
        sums += load(values + i) * sum;
        store(to + i, sum * weight);
    }
    A along = sumOf<A>(sums);
    for (; i < width; ++i) {
        along += values[i] * from[i];
        to[i] = from[i] * weight;
    }
    return along;
}

} // namespace

template <typename T>
void join(const JoinArgs<T>& args, Stream)
{
    for (std::int64_t i = 0; i < args.count; ++i) {
        const JoinedFactor& factor = args.factors[i];
        if (factor.lambda < 0)
            joinQ<T>(factor, args.values + factor.values);
        else
            joinP<T>(
                factor, args.values + factor.values, args.values + factor.lambda, static_cast<Wide<T>>(args.scale));
    }
}

template <typename A>
void collect(const CollectArgs<A>& args, Stream)
{
    const A scale = static_cast<A>(args.scale);
    for (std::int64_t i = 0; i < args.count; ++i) {
        const JoinedFactor& factor = args.factors[i];
        for (std::int64_t row = 0; row < factor.rank; ++row) {
            const std::int64_t begin = factor.values + row * factor.width;
            const A weight = factor.lambda < 0 ? A(1) : args.values[factor.lambda + row] * scale;
            const A along = collectRow(args.sums + factor.sums + row * factor.sumsStride, args.values + begin,
                args.gradients + begin, weight, factor.width);
            if (factor.lambda >= 0 && args.trainsLambda)
                args.gradients[factor.lambda + row] = along * scale;
        }
    }
}

template void join(const JoinArgs<float>&, Stream);
template void join(const JoinArgs<double>&, Stream);
template void join(const JoinArgs<BFloat16>&, Stream);
template void collect(const CollectArgs<float>&, Stream);
template void collect(const CollectArgs<double>&, Stream);

} // namespace spectune::kernels::SPECTUNE_CPU_LEVEL
