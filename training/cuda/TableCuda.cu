// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/cuda/CudaKernels.h"

#include <type_traits>

namespace spectune::kernels {

namespace {

/// Other types' thin products are BLAS's work.
template <typename T>
constexpr auto thinRowsOf() -> bool (*)(const ThinRowArgs<T>&, Stream)
{
    if constexpr (std::is_same_v<T, BFloat16>)
        return gpu::thinRows<T>;
    return nullptr;
}

template <typename T>
constexpr auto thinSumsOf() -> void (*)(const ThinSumArgs<T>&, Stream)
{
    if constexpr (std::is_same_v<T, BFloat16>)
        return gpu::thinSums<T>;
    return nullptr;
}

template <typename T>
constexpr auto swiGluThinOf() -> bool (*)(const SwiGluThinArgs<T>&, Stream)
{
    if constexpr (std::is_same_v<T, BFloat16>)
        return gpu::swiGluThin<T>;
    return nullptr;
}

} // namespace

template <typename T>
const Table<T>& cudaTable() noexcept
{
    static constexpr Table<T> functions {.rmsNorm = gpu::rmsNorm<T>,
        .rmsNormBackward = gpu::rmsNormBackward<T>,
        .rotate = gpu::rotate<T>,
        .swiGlu = gpu::swiGlu<T>,
        .swiGluBackward = gpu::swiGluBackward<T>,
        .attention = gpu::attention<T>,
        .attentionBackward = gpu::attentionBackward<T>,
        .crossEntropy = gpu::crossEntropy<T>,
        .join = gpu::join<T>,
        .collect = gpu::collect<Wide<T>>,
        .thinRows = thinRowsOf<T>(),
        .thinSums = thinSumsOf<T>(),
        .swiGluThin = swiGluThinOf<T>(),
        .gram = gpu::gram<Wide<T>>,
        .sweep = gpu::sweep<Wide<T>>,
        .score = gpu::score<Wide<T>>,
        .select = gpu::select<Wide<T>>};
    return functions;
}

template const Table<float>& cudaTable() noexcept;
template const Table<double>& cudaTable() noexcept;
template const Table<BFloat16>& cudaTable() noexcept;

} // namespace spectune::kernels
