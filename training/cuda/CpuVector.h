// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Included by the sources that are compiled once for each instruction set, with SPECTUNE_CPU_LEVEL (a namespace) and
// SPECTUNE_CPU_BYTES (of a register) given by the build. Everything lies in that namespace, and nothing of the standard
// library's templates is used: a function that two levels shared would be linked once,
// for whichever processor came first.

#include "training/cuda/Elements.h"

#include <cmath>
#include <cstdint>

namespace spectune::kernels::SPECTUNE_CPU_LEVEL {

template <typename A>
struct VectorOf;
template <>
struct VectorOf<float> {
    typedef float type __attribute__((vector_size(SPECTUNE_CPU_BYTES)));
    typedef std::int32_t integer __attribute__((vector_size(SPECTUNE_CPU_BYTES)));
};
template <>
struct VectorOf<double> {
    typedef double type __attribute__((vector_size(SPECTUNE_CPU_BYTES)));
    typedef std::int64_t integer __attribute__((vector_size(SPECTUNE_CPU_BYTES)));
};

template <typename A>
using Vector = typename VectorOf<A>::type;
template <typename A>
inline constexpr std::int64_t lanes = SPECTUNE_CPU_BYTES / static_cast<std::int64_t>(sizeof(A));

template <typename A>
inline Vector<A> broadcast(A value)
{
    return value - Vector<A> {}; // x − 0 keeps the sign of −0, as x + 0 does not
}

/// @name Elements of T as numbers of Wide<T>
/// @{
inline float widened(float x)
{
    return x;
}
inline double widened(double x)
{
    return x;
}
inline float widened(BFloat16 x)
{
    const std::uint32_t bits = static_cast<std::uint32_t>(x.bits) << 16U;
    float value;
    __builtin_memcpy(&value, &bits, sizeof value);
    return value;
}

template <typename T>
inline T narrowed(Wide<T> x)
{
    return x;
}
/// To the nearest, ties to even; NaN stays NaN.
template <>
inline BFloat16 narrowed<BFloat16>(float x)
{
    std::uint32_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    if (x != x)
        return {0x7fc0};
    return {static_cast<std::uint16_t>((bits + 0x7fffU + ((bits >> 16U) & 1U)) >> 16U)};
}

/// x as it is after having been stored as T.
template <typename T>
inline Wide<T> rounded(Wide<T> x)
{
    return widened(narrowed<T>(x));
}
/// @}

/// @name A register's worth of elements from memory and back
/// @{
template <typename T>
inline Vector<Wide<T>> load(const T* from)
{
    Vector<Wide<T>> value;
    if constexpr (sizeof(T) == sizeof(Wide<T>))
        __builtin_memcpy(&value, from, sizeof value);
    else {
        for (std::int64_t i = 0; i < lanes<float>; ++i)
            value[i] = widened(from[i]);
    }
    return value;
}

template <typename T>
inline void store(T* to, Vector<Wide<T>> value)
{
    if constexpr (sizeof(T) == sizeof(Wide<T>))
        __builtin_memcpy(to, &value, sizeof value);
    else {
        for (std::int64_t i = 0; i < lanes<float>; ++i)
            to[i] = narrowed<T>(value[i]);
    }
}

template <typename T>
inline Vector<Wide<T>> roundedVector(Vector<Wide<T>> value)
{
    if constexpr (sizeof(T) != sizeof(Wide<T>)) {
        for (std::int64_t i = 0; i < lanes<float>; ++i)
            value[i] = rounded<T>(value[i]);
    }
    return value;
}
/// @}

/// Whether the step changes nothing, for one of its numbers is infinite or none. @param loss, gradNorm null: finite
template <typename A>
inline bool isSkipped(const A* loss, const A* gradNorm)
{
    const auto isFinite = [](const A* number) { return number == nullptr || *number - *number == A(0); };
    return !isFinite(loss) || !isFinite(gradNorm);
}

template <typename A>
inline A sumOf(Vector<A> value)
{
    A sum = 0;
    for (std::int64_t i = 0; i < lanes<A>; ++i)
        sum += value[i];
    return sum;
}

} // namespace spectune::kernels::SPECTUNE_CPU_LEVEL
