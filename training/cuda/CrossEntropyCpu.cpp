// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/cuda/CpuExponential.h"
#include "training/cuda/CpuKernels.h"

namespace spectune::kernels::SPECTUNE_CPU_LEVEL {

namespace {

template <typename T>
Wide<T> largest(const T* row, std::int64_t count)
{
    using A = Wide<T>;
    A result = widened(row[0]);
    std::int64_t i = 0;
    if (count >= lanes<A>) {
        Vector<A> most = load(row);
        for (i = lanes<A>; i + lanes<A> <= count; i += lanes<A>) {
            const Vector<A> value = load(row + i);
            most = value > most ? value : most;
        }
        for (std::int64_t lane = 0; lane < lanes<A>; ++lane)
            result = most[lane] > result ? most[lane] : result;
    }
    for (; i < count; ++i)
        result = widened(row[i]) > result ? widened(row[i]) : result;
    return result;
}

template <typename A>
A exponentialOf(A x)
{
    return exponential<A>(broadcast<A>(x))[0];
}

template <typename T>
Wide<T> sumOfExponentials(const T* row, Wide<T> most, std::int64_t count)
{
    using A = Wide<T>;
    Vector<A> sums = broadcast<A>(0);
    std::int64_t i = 0;
    for (; i + lanes<A> <= count; i += lanes<A>)
        sums += exponential<A>(load(row + i) - most);
    A sum = sumOf<A>(sums);
    for (; i < count; ++i)
        sum += exponentialOf<A>(widened(row[i]) - most);
    return sum;
}

/// row ← e^(row − most) · scale
template <typename T>
void probabilities(T* row, Wide<T> most, Wide<T> scale, std::int64_t count)
{
    using A = Wide<T>;
    std::int64_t i = 0;
    for (; i + lanes<A> <= count; i += lanes<A>)
        store(row + i, exponential<A>(load(row + i) - most) * scale);
    for (; i < count; ++i)
        row[i] = narrowed<T>(exponentialOf<A>(widened(row[i]) - most) * scale);
}

} // namespace

template <typename T>
void crossEntropy(const CrossEntropyArgs<T>& args, Stream)
{
    using A = Wide<T>;
    for (std::int64_t r = 0; r < args.rows; ++r) {
        T* row = args.logits.data + r * args.logits.stride;
        const std::int64_t target = args.targets[r];
        if (target < 0) {
            args.losses[r] = 0;
            for (std::int64_t i = 0; args.scale != nullptr && i < args.vocabulary; ++i)
                row[i] = narrowed<T>(A(0));
            continue;
        }
        const A most = largest(row, args.vocabulary);
        const A sum = sumOfExponentials(row, most, args.vocabulary);
        // log Σ e^logits itself is never formed: beside large logits it would lose the digits of log(sum).
        const A below = most - widened(row[target]);
        args.losses[r] = below + static_cast<A>(std::log(sum));
        if (args.scale == nullptr)
            continue;
        const A scale = *args.scale;
        const A own = exponentialOf<A>(-below) / sum;
        probabilities(row, most, scale / sum, args.vocabulary);
        row[target] = narrowed<T>((own - A(1)) * scale);
    }
}

template void crossEntropy(const CrossEntropyArgs<float>&, Stream);
template void crossEntropy(const CrossEntropyArgs<double>&, Stream);
template void crossEntropy(const CrossEntropyArgs<BFloat16>&, Stream);

} // namespace spectune::kernels::SPECTUNE_CPU_LEVEL
