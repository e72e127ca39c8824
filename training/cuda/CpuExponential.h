// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/cuda/CpuVector.h"

namespace spectune::kernels::SPECTUNE_CPU_LEVEL {

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
