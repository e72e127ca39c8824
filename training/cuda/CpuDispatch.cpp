// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/cuda/CpuLevels.h"

namespace spectune::kernels {

namespace {

enum class InstructionSet { Sse2, Avx2, Avx512 };

InstructionSet best() noexcept
{
#if SPECTUNE_X86
    static const InstructionSet chosen = [] {
        __builtin_cpu_init();
        if (__builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0
            && __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vl") != 0)
            return InstructionSet::Avx512;
        if (__builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0)
            return InstructionSet::Avx2;
        return InstructionSet::Sse2;
    }();
    return chosen;
#else
    return InstructionSet::Sse2;
#endif
}

} // namespace

template <typename T>
const Table<T>& cpuTable() noexcept
{
#if SPECTUNE_X86
    if (best() == InstructionSet::Avx512)
        return avx512::table<T>();
    if (best() == InstructionSet::Avx2)
        return avx2::table<T>();
#endif
    return sse2::table<T>();
}

template const Table<float>& cpuTable() noexcept;
template const Table<double>& cpuTable() noexcept;
template const Table<BFloat16>& cpuTable() noexcept;

const char* cpuInstructionSet() noexcept
{
    switch (best()) {
    case InstructionSet::Avx512: return "AVX-512";
    case InstructionSet::Avx2: return "AVX2";
    case InstructionSet::Sse2: break;
    }
    return SPECTUNE_X86 ? "SSE2" : "the compiler's";
}

std::int64_t attentionScratch(std::int64_t longest, std::int64_t headDim) noexcept
{
    // Padded to the widest register; 5 matrices of keys, and for a block of 16 queries 3 of their own and 2 of scores.
    const std::int64_t keys = (longest + 15) / 16 * 16;
    const std::int64_t dim = (headDim + 15) / 16 * 16;
    return 5 * keys * dim + 16 * (3 * dim + 2 * keys);
}

} // namespace spectune::kernels
