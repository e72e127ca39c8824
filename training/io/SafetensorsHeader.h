// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace spectune {

/// One tensor as a safetensors header describes it.
struct TensorInfo {
    std::string name;
    std::string dtype; ///< as written: "F32", "BF16", …
    std::vector<std::int64_t> shape;
    std::uint64_t begin = 0; ///< byte offset in the data section
    std::uint64_t end = 0;

    [[nodiscard]] std::int64_t elements() const noexcept;
    [[nodiscard]] std::uint64_t bytes() const noexcept { return end - begin; }
};

/// The header of a safetensors file: 8 bytes little-endian length, JSON, then the data section.
struct SafetensorsHeader {
    std::vector<TensorInfo> tensors; ///< by offset
    std::map<std::string, std::string> metadata; ///< "__metadata__"
    std::uint64_t dataStart = 0; ///< byte offset of the data section in the file

    /// Longest JSON that is accepted, as in the official library.
    static constexpr std::uint64_t maxLength = 100'000'000;

    /// Checks every bound: header length, JSON, duplicate names, shapes, sizes, order, holes and overlaps.
    /// @param file the whole file's bytes
    /// @param origin names the file in errors
    /// @throws Error (Io) naming the file, the tensor and what is wrong
    [[nodiscard]] static SafetensorsHeader parse(std::string_view file, std::string_view origin);
};

/// Bits of one element; 0 for a type that is not in the format.
[[nodiscard]] std::uint64_t elementBits(std::string_view dtype) noexcept;

} // namespace spectune
