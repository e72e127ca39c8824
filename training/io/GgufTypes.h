// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <c10/core/ScalarType.h>

#include <array>
#include <cstdint>
#include <utility>

namespace spectune::gguf {

/// The numbers that the format gives to the types of values.
enum class ValueType : std::uint32_t {
    UInt8,
    Int8,
    UInt16,
    Int16,
    UInt32,
    Int32,
    Float32,
    Bool,
    String,
    List,
    UInt64,
    Int64,
    Float64
};

/// And to those of tensors that are read and written.
inline constexpr std::array<std::pair<at::ScalarType, std::uint32_t>, 4> tensorTypes {
    {{at::kFloat, 0}, {at::kHalf, 1}, {at::kDouble, 28}, {at::kBFloat16, 30}}};

} // namespace spectune::gguf
