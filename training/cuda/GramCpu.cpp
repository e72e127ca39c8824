// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/cuda/CpuKernels.h"
#include "training/cuda/CpuVector.h"

namespace spectune::kernels::SPECTUNE_CPU_LEVEL {

namespace {

inline float rootOf(float x)
{
    return __builtin_sqrtf(x);
}
inline double rootOf(double x)
{
    return __builtin_sqrt(x);
}

template <typename A>
A dot(const A* __restrict a, const A* __restrict b, std::int64_t count)
{
    constexpr std::int64_t step = lanes<A>;
    Vector<A> sums[2] = {};
    std::int64_t i = 0;
    for (; i + 2 * step <= count; i += 2 * step) {
        sums[0] += load(a + i) * load(b + i);
        sums[1] += load(a + i + step) * load(b + i + step);
    }
    A sum = sumOf<A>(sums[0] + sums[1]);
    for (; i < count; ++i)
        sum += a[i] * b[i];
    return sum;
}

/// to += factor · from
template <typename A>
void addScaled(A* __restrict to, const A* __restrict from, A factor, std::int64_t count)
{
    for (std::int64_t i = 0; i < count; ++i)
        to[i] += factor * from[i];
}

/// M − I into @p errors. @return its norm
template <typename A>
A errorsOf(const GramFactor& factor, const A* values, A* errors)
{
    A squares = A(0);
    for (std::int64_t i = 0; i < factor.rank; ++i) {
        for (std::int64_t j = 0; j <= i; ++j) {
            const A product = dot(values + i * factor.width, values + j * factor.width, factor.width);
            const A error = i == j ? product - A(1) : product;
            errors[i * factor.rank + j] = error;
            errors[j * factor.rank + i] = error;
            squares += (i == j ? A(1) : A(2)) * error * error;
        }
    }
    return rootOf(squares);
}

} // namespace

template <typename A>
void gram(const GramArgs<A>& args, Stream)
{
    for (std::int64_t f = 0; f < args.count; ++f) {
        const GramFactor& factor = args.factors[f];
        const A* values = args.values + factor.values;
        A* errors = args.errors + f * args.mostRows * args.mostRows;
        const A norm = errorsOf(factor, values, errors);
        args.norms[f] = norm;
        if (args.gamma == 0.0 || (!args.squared && norm == A(0)))
            continue;
        const A weight = args.squared ? static_cast<A>(4.0 * args.gamma)
                                      : static_cast<A>(2.0 * args.gamma / static_cast<double>(args.count)) / norm;
        for (std::int64_t i = 0; i < factor.rank; ++i)
            for (std::int64_t j = 0; j < factor.rank; ++j)
                addScaled(args.gradients + factor.values + i * factor.width, values + j * factor.width,
                    weight * errors[i * factor.rank + j], factor.width);
    }
}

template void gram(const GramArgs<float>&, Stream);
template void gram(const GramArgs<double>&, Stream);

} // namespace spectune::kernels::SPECTUNE_CPU_LEVEL
