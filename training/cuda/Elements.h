// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace spectune::kernels {

/// The upper half of a float32; arithmetic happens in float32.
struct BFloat16 {
    std::uint16_t bits;
};

template <typename T>
struct WideOf {
    using type = float;
};
template <>
struct WideOf<double> {
    using type = double;
};
/// What sums over T are taken in.
template <typename T>
using Wide = typename WideOf<T>::type;

/// Rows of equal length, `stride` elements apart.
template <typename T>
struct Rows {
    T* data = nullptr; ///< null: absent
    std::int64_t stride = 0;
};

/// A CUDA stream (cudaStream_t); null on the CPU.
using Stream = void*;

} // namespace spectune::kernels
