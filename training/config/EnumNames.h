// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/RunConfig.h"

#include <array>
#include <string_view>

namespace spectune::detail {

/// The names of an enum's values as files and the command line spell them, in the enum's order.
template <typename Enum>
struct EnumNames;

template <>
struct EnumNames<DataFormat> {
    static constexpr std::array<std::string_view, 7> values {
        "auto", "text", "prompt-completion", "chat", "alpaca", "e2e", "table"};
};
template <>
struct EnumNames<ElementType> {
    static constexpr std::array<std::string_view, 3> values {"float32", "bfloat16", "float64"};
};
template <>
struct EnumNames<LrSchedule> {
    static constexpr std::array<std::string_view, 3> values {"constant", "linear", "cosine"};
};
template <>
struct EnumNames<Method> {
    static constexpr std::array<std::string_view, 4> values {"adalora", "lora", "svd-lora", "prune-lora"};
};
template <>
struct EnumNames<ScoreKind> {
    static constexpr std::array<std::string_view, 3> values {"sensitivity_uncertainty", "sensitivity", "magnitude"};
};
template <>
struct EnumNames<SensitivityStep> {
    static constexpr std::array<std::string_view, 2> values {"post", "pre"};
};
template <>
struct EnumNames<RegularizerKind> {
    static constexpr std::array<std::string_view, 2> values {"norm", "squared_sum"};
};

/// Empty for a number that is none of the enum's.
template <typename Enum>
[[nodiscard]] constexpr std::string_view enumName(Enum value) noexcept
{
    const auto& names = EnumNames<Enum>::values;
    const auto index = static_cast<std::size_t>(value);
    return index < names.size() ? names[index] : std::string_view {};
}

} // namespace spectune::detail
