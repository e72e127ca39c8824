// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/cuda/CpuKernels.h"
#include "training/cuda/CpuLevels.h"

namespace spectune::kernels::SPECTUNE_CPU_LEVEL {

template <typename T>
const Table<T>& table() noexcept
{
    static constexpr Table<T> functions {.rmsNorm = rmsNorm<T>,
        .rmsNormBackward = rmsNormBackward<T>,
        .rotate = rotate<T>,
        .swiGlu = swiGlu<T>,
        .swiGluBackward = swiGluBackward<T>,
        .attention = attention<T>,
        .attentionBackward = attentionBackward<T>,
        .crossEntropy = crossEntropy<T>,
        .join = join<T>,
        .collect = collect<Wide<T>>,
        .thinRows = thinRows<T>,
        .thinSums = thinSums<T>,
        .swiGluThin = swiGluThin<T>,
        .gram = gram<Wide<T>>,
        .sweep = sweep<Wide<T>>,
        .score = score<Wide<T>>,
        .select = cpuSelect<Wide<T>>};
    return functions;
}

template const Table<float>& table() noexcept;
template const Table<double>& table() noexcept;
template const Table<BFloat16>& table() noexcept;

} // namespace spectune::kernels::SPECTUNE_CPU_LEVEL
