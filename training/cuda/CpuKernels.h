// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/cuda/Kernels.h"

// The CPU's functions of one instruction set; see CpuVector.h for how they are compiled.
namespace spectune::kernels::SPECTUNE_CPU_LEVEL {

template <typename T>
void rmsNorm(const RmsNormArgs<T>& args, Stream);
template <typename T>
void rmsNormBackward(const RmsNormBackwardArgs<T>& args, Stream);
template <typename T>
void rotate(const RotateArgs<T>& args, Stream);
template <typename T>
void swiGlu(const SwiGluArgs<T>& args, Stream);
template <typename T>
void swiGluBackward(const SwiGluBackwardArgs<T>& args, Stream);
template <typename T>
void attention(const AttentionArgs<T>& args, Stream);
template <typename T>
void attentionBackward(const AttentionBackwardArgs<T>& args, Stream);
template <typename T>
void crossEntropy(const CrossEntropyArgs<T>& args, Stream);
template <typename T>
void join(const JoinArgs<T>& args, Stream);
template <typename A>
void collect(const CollectArgs<A>& args, Stream);
template <typename T>
bool thinRows(const ThinRowArgs<T>& args, Stream);
template <typename T>
void thinSums(const ThinSumArgs<T>& args, Stream);
template <typename T>
bool swiGluThin(const SwiGluThinArgs<T>& args, Stream);
template <typename A>
void gram(const GramArgs<A>& args, Stream);
template <typename A>
void sweep(const SweepArgs<A>& args, Stream);
template <typename A>
void score(const ScoreArgs<A>& args, Stream);

template <typename T>
[[nodiscard]] const Table<T>& table() noexcept;

} // namespace spectune::kernels::SPECTUNE_CPU_LEVEL
