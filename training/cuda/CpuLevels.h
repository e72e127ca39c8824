// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/cuda/Kernels.h"

namespace spectune::kernels {

// One for each instruction set that CMakeLists.txt compiles the sources for; see CpuKernels.h.
namespace sse2 {
template <typename T>
const Table<T>& table() noexcept;
}
#if SPECTUNE_X86
namespace avx2 {
template <typename T>
const Table<T>& table() noexcept;
}
namespace avx512 {
template <typename T>
const Table<T>& table() noexcept;
}
#endif

/// Compares and sorts, which no instruction set makes faster: one for all of them.
template <typename A>
void cpuSelect(const SelectArgs<A>& args, Stream);

} // namespace spectune::kernels
