// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/EnumNames.h"
#include "training/config/FieldTable.h"

#include <algorithm>
#include <type_traits>

namespace spectune::detail {

/// A row of the field table: what FieldInfo tells the world, and the way to the member.
struct FieldDescriptor {
    FieldInfo info;
    FieldValue (*read)(const RunConfig&) = nullptr;
    /// @pre the value was checked: its alternative fits, a choice's name is known
    void (*write)(RunConfig&, const FieldValue&) = nullptr;
};

/// The most steps a run, or a phase of it, can be given.
inline constexpr double maxSteps = 1e12;

/// The one table, in the order of the form (FieldList.cpp, which joins its own rows and those below).
[[nodiscard]] std::span<const FieldDescriptor> fieldDescriptors();
/// Its rows of method.* and adalora.* (FieldListAdaLora.cpp); only the table asks for them.
[[nodiscard]] std::span<const FieldDescriptor> adaLoraFields() noexcept;

/// How a member's C++ type appears as a field: its FieldType, and the conversion in both directions.
template <typename T>
struct FieldTraits {
    static_assert(std::is_enum_v<T>);
    static constexpr FieldType type = FieldType::Choice;
    static FieldValue toValue(const T& member) { return std::string(enumName(member)); }
    static T fromValue(const FieldValue& value)
    {
        const auto& names = EnumNames<T>::values;
        return static_cast<T>(std::ranges::find(names, std::get<std::string>(value)) - names.begin());
    }
};

template <typename T, FieldType Type>
struct PlainFieldTraits {
    static constexpr FieldType type = Type;
    static FieldValue toValue(const T& member) { return member; }
    static T fromValue(const FieldValue& value) { return std::get<T>(value); }
};
template <>
struct FieldTraits<std::int64_t> : PlainFieldTraits<std::int64_t, FieldType::Integer> {
};
template <>
struct FieldTraits<double> : PlainFieldTraits<double, FieldType::Real> {
};
template <>
struct FieldTraits<bool> : PlainFieldTraits<bool, FieldType::Boolean> {
};
template <>
struct FieldTraits<std::string> : PlainFieldTraits<std::string, FieldType::Text> {
};
template <>
struct FieldTraits<std::vector<std::string>> : PlainFieldTraits<std::vector<std::string>, FieldType::TextList> {
};
template <>
struct FieldTraits<std::vector<std::int64_t>> : PlainFieldTraits<std::vector<std::int64_t>, FieldType::IntegerList> {
};
template <>
struct FieldTraits<RankMap> : PlainFieldTraits<RankMap, FieldType::IntegerMap> {
};

template <typename T>
struct FieldTraits<std::optional<T>> {
    static constexpr FieldType type = FieldTraits<T>::type;
    static FieldValue toValue(const std::optional<T>& member)
    {
        return member ? FieldTraits<T>::toValue(*member) : FieldValue {};
    }
    static std::optional<T> fromValue(const FieldValue& value)
    {
        if (std::holds_alternative<std::monostate>(value))
            return std::nullopt;
        return FieldTraits<T>::fromValue(value);
    }
};

template <typename T>
inline constexpr bool isOptional = false;
template <typename T>
inline constexpr bool isOptional<std::optional<T>> = true;

/// Makes a row from its texts and a captureless lambda that leads from a RunConfig to the member. Type, choices and
/// whether null is allowed follow from the member's type; a string may be declared a File or a Folder.
template <typename Access>
constexpr FieldDescriptor describe(FieldInfo info, Access)
{
    using Member = std::remove_cvref_t<std::invoke_result_t<Access, RunConfig&>>;
    using Traits = FieldTraits<Member>;
    if constexpr (!std::is_same_v<Member, std::string>)
        info.type = Traits::type;
    if constexpr (std::is_enum_v<Member>)
        info.choices = EnumNames<Member>::values;
    info.optional = isOptional<Member>;
    return {.info = info,
        .read = [](const RunConfig& config) { return Traits::toValue(Access {}(config)); },
        .write = [](RunConfig& config, const FieldValue& value) { Access {}(config) = Traits::fromValue(value); }};
}

} // namespace spectune::detail
