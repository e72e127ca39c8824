// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Included by the sources that are compiled once for each instruction set, with SPECTUNE_CPU_LEVEL (a namespace) and
// SPECTUNE_CPU_BYTES (of a register) given by the build. Everything lies in that namespace, and nothing of the standard
// library's templates is used: a function that two levels shared would be linked once, for whichever processor came first.

#include "training/cuda/Kernels.h"

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

template <typename A>
inline A sumOf(Vector<A> value)
{
    A sum = 0;
    for (std::int64_t i = 0; i < lanes<A>; ++i)
        sum += value[i];
    return sum;
}

/// e^x to the last bit or two: 2^n · e^r with |r| ≤ ln 2 / 2, and e^r by its Taylor series (whose rest is below half a
/// unit in the last place at degree 7 in float32, 13 in float64). Below the smallest normal number it gives 0.
template <typename A>
inline Vector<A> exponential(Vector<A> x)
{
    constexpr bool wide = sizeof(A) == 8;
    constexpr A highest = wide ? A(709.0) : A(88.0);
    constexpr A lowest = wide ? A(-708.0) : A(-87.0);
    constexpr A round = wide ? A(6755399441055744.0) : A(12582912.0); // 1.5 · 2^52, 2^23: adding it rounds to integers
    constexpr A ln2High = wide ? A(0x1.62e42fefa3800p-1) : A(0x1.62e400p-1);
    constexpr A ln2Low = wide ? A(0x1.ef35793c76730p-45) : A(0x1.7f7d1cp-20);
    x = x > highest ? broadcast<A>(highest) : x;
    const auto vanishes = x < lowest;
    x = vanishes ? broadcast<A>(lowest) : x;
    const Vector<A> shifted = x * A(1.44269504088896340736) + round;
    const Vector<A> n = shifted - round;
    const Vector<A> r = x - n * ln2High - n * ln2Low;
    Vector<A> sum = broadcast<A>(A(1));
    for (int degree = wide ? 13 : 7; degree > 0; --degree)
        sum = sum * r * (A(1) / static_cast<A>(degree)) + A(1);
    using Integer = typename VectorOf<A>::integer;
    Integer bits;
    __builtin_memcpy(&bits, &shifted, sizeof bits); // n stands in the low bits of `shifted`
    bits = (bits + (wide ? 1023 : 127)) << (wide ? 52 : 23);
    Vector<A> power;
    __builtin_memcpy(&power, &bits, sizeof power);
    return vanishes ? broadcast<A>(0) : sum * power;
}

} // namespace spectune::kernels::SPECTUNE_CPU_LEVEL
