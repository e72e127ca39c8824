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

/// to += weight · Σ_j errors_j · (row j of values), with the sums of two registers' columns at a time.
template <typename A>
void addRow(A* __restrict to, const A* errors, const A* values, const GramFactor& factor, A weight)
{
    constexpr std::int64_t step = lanes<A>;
    std::int64_t c = 0;
    for (; c + 2 * step <= factor.width; c += 2 * step) {
        Vector<A> sums[2] = {};
        for (std::int64_t j = 0; j < factor.rank; ++j) {
            const A* from = values + j * factor.width + c;
            sums[0] += load(from) * errors[j];
            sums[1] += load(from + step) * errors[j];
        }
        store(to + c, load(to + c) + sums[0] * weight);
        store(to + c + step, load(to + c + step) + sums[1] * weight);
    }
    for (; c < factor.width; ++c) {
        A sum = A(0);
        for (std::int64_t j = 0; j < factor.rank; ++j)
            sum += errors[j] * values[j * factor.width + c];
        to[c] += weight * sum;
    }
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
                                      : static_cast<A>(2.0 * args.gamma / static_cast<double>(args.all)) / norm;
        for (std::int64_t i = 0; i < factor.rank; ++i)
            addRow(args.gradients + factor.values + i * factor.width, errors + i * factor.rank, values, factor, weight);
    }
}

template void gram(const GramArgs<float>&, Stream);
template void gram(const GramArgs<double>&, Stream);

} // namespace spectune::kernels::SPECTUNE_CPU_LEVEL
