// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/cuda/GramArgs.h"
#include "training/cuda/JoinArgs.h"
#include "training/cuda/KernelArgs.h"
#include "training/cuda/SwiGluThinArgs.h"
#include "training/cuda/ThinArgs.h"
#include "training/cuda/UpdateArgs.h"

/// The element-wise and small-matrix work of a training step, as plain-pointer functions. A table holds one function
/// per idea for an element type; the CPU's and CUDA's tables have the same signatures and give the same numbers up to
/// the order of additions. Products are BLAS's work and are not here, but for the thin ones of bfloat16 on CUDA.
namespace spectune::kernels {

template <typename T>
struct Table {
    void (*rmsNorm)(const RmsNormArgs<T>&, Stream) = nullptr;
    void (*rmsNormBackward)(const RmsNormBackwardArgs<T>&, Stream) = nullptr;
    void (*rotate)(const RotateArgs<T>&, Stream) = nullptr;
    void (*swiGlu)(const SwiGluArgs<T>&, Stream) = nullptr;
    void (*swiGluBackward)(const SwiGluBackwardArgs<T>&, Stream) = nullptr;
    void (*attention)(const AttentionArgs<T>&, Stream) = nullptr;
    void (*attentionBackward)(const AttentionBackwardArgs<T>&, Stream) = nullptr;
    void (*crossEntropy)(const CrossEntropyArgs<T>&, Stream) = nullptr;
    void (*join)(const JoinArgs<T>&, Stream) = nullptr;
    void (*collect)(const CollectArgs<Wide<T>>&, Stream) = nullptr;
    bool (*thinRows)(const ThinRowArgs<T>&, Stream)
        = nullptr; ///< false: not on this device; null on CUDA, but for bfloat16
    void (*thinSums)(const ThinSumArgs<T>&, Stream) = nullptr; ///< likewise null
    bool (*swiGluThin)(const SwiGluThinArgs<T>&, Stream) = nullptr; ///< as thinRows
    void (*gram)(const GramArgs<Wide<T>>&, Stream) = nullptr;
    void (*sweep)(const SweepArgs<Wide<T>>&, Stream) = nullptr;
    void (*score)(const ScoreArgs<Wide<T>>&, Stream) = nullptr;
    void (*select)(const SelectArgs<Wide<T>>&, Stream) = nullptr;
};

/// For T = float, double, BFloat16: compiled for several instruction sets, the best that this processor has.
template <typename T>
[[nodiscard]] const Table<T>& cpuTable() noexcept;
/// "AVX-512", "AVX2" or "SSE2": what cpuTable() chose.
[[nodiscard]] const char* cpuInstructionSet() noexcept;

/// For T = float, double, BFloat16. Launches on the stream and returns; in a build without CUDA all entries are null.
template <typename T>
[[nodiscard]] const Table<T>& cudaTable() noexcept;

} // namespace spectune::kernels
