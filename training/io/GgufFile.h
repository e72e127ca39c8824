// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/io/Safetensors.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace spectune {

/// A GGUF file, version 3, little-endian: keys with values, then tensors (ggml's docs/gguf.md).
/// Shapes are as in torch, the outermost side first; the file itself lists them the other way round.
class GgufFile {
public:
    /// Lists are counted, not kept: what Spectune writes and reads has none.
    struct List {
        std::uint64_t length = 0;
        bool operator==(const List&) const = default;
    };
    using Value = std::variant<std::uint32_t, std::int32_t, std::uint64_t, std::int64_t, float, double, bool,
        std::string, List>;

    GgufFile() = default;
    /// Maps the file and checks every bound. Tensors of float32, float64, float16 and bfloat16 are views into the
    /// mapping; those of other types are listed by name() alone.
    /// @throws Error (Io) naming the file and what does not hold
    [[nodiscard]] static GgufFile read(const std::filesystem::path& path);
    /// Atomically, in the order of add(). @throws Error (Io) naming the path;
    /// Error (Internal) for a type or doubled name
    void write(const std::filesystem::path& path) const;

    void set(std::string key, Value value) { m_values.emplace_back(std::move(key), std::move(value)); }
    /// @param tensor float32, float64, float16 or bfloat16; any device
    void add(std::string name, at::Tensor tensor) { m_tensors.push_back({std::move(name), std::move(tensor)}); }

    [[nodiscard]] const std::vector<std::pair<std::string, Value>>& values() const noexcept { return m_values; }
    [[nodiscard]] const std::vector<NamedTensor>& tensors() const noexcept { return m_tensors; }
    /// Null where the key is absent or has another type.
    template <typename Type>
    [[nodiscard]] const Type* find(std::string_view key) const
    {
        for (const auto& [name, value] : m_values) {
            if (name == key)
                return std::get_if<Type>(&value);
        }
        return nullptr;
    }

private:
    std::vector<std::pair<std::string, Value>> m_values;
    std::vector<NamedTensor> m_tensors; ///< undefined where the type is not read
};

} // namespace spectune
