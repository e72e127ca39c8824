// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/cuda/Kernels.h"

// CUDA's functions. A launch that fails leaves CUDA's error for whoever asks next:
// LibTorch does after its own launches.
namespace spectune::kernels::gpu {

template <typename T>
void rmsNorm(const RmsNormArgs<T>& args, Stream stream);
template <typename T>
void rmsNormBackward(const RmsNormBackwardArgs<T>& args, Stream stream);
template <typename T>
void rotate(const RotateArgs<T>& args, Stream stream);
template <typename T>
void swiGlu(const SwiGluArgs<T>& args, Stream stream);
template <typename T>
void swiGluBackward(const SwiGluBackwardArgs<T>& args, Stream stream);
/// This and the next for heads of at most mostHeadDimOnCuda<T>.
template <typename T>
void attention(const AttentionArgs<T>& args, Stream stream);
template <typename T>
void attentionBackward(const AttentionBackwardArgs<T>& args, Stream stream);
template <typename T>
void crossEntropy(const CrossEntropyArgs<T>& args, Stream stream);
template <typename T>
void join(const JoinArgs<T>& args, Stream stream);
template <typename A>
void collect(const CollectArgs<A>& args, Stream stream);
/// This and those up to swiGluThin() for T = BFloat16 alone.
/// @return false: the device has no clusters, nothing was done
template <typename T>
bool thinRows(const ThinRowArgs<T>& args, Stream stream);
template <>
bool thinRows(const ThinRowArgs<BFloat16>& args, Stream stream);
template <typename T>
void thinSums(const ThinSumArgs<T>& args, Stream stream);
template <>
void thinSums(const ThinSumArgs<BFloat16>& args, Stream stream);
template <typename T>
bool swiGluThin(const SwiGluThinArgs<T>& args, Stream stream);
template <>
bool swiGluThin(const SwiGluThinArgs<BFloat16>& args, Stream stream);
template <typename A>
void gram(const GramArgs<A>& args, Stream stream);
template <typename A>
void sweep(const SweepArgs<A>& args, Stream stream);
template <typename A>
void score(const ScoreArgs<A>& args, Stream stream);
template <typename A>
void select(const SelectArgs<A>& args, Stream stream);

} // namespace spectune::kernels::gpu
