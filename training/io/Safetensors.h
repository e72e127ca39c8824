// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/io/MappedFile.h"
#include "training/io/SafetensorsHeader.h"

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace spectune {

/// A safetensors file, memory-mapped. Tensors are views into the mapping, which they keep alive: they must not be
/// written to (the pages are read-only). Copies share the mapping.
class SafetensorsFile {
public:
    /// @throws Error (Io) naming the file for anything that does not hold
    explicit SafetensorsFile(const std::filesystem::path& path);

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return m_file->path(); }
    [[nodiscard]] const std::vector<TensorInfo>& tensors() const noexcept { return m_header.tensors; }
    [[nodiscard]] const std::map<std::string, std::string>& metadata() const noexcept { return m_header.metadata; }
    [[nodiscard]] bool contains(std::string_view name) const;
    /// @throws Error (Io) naming the tensor and the file
    [[nodiscard]] const TensorInfo& info(std::string_view name) const;
    /// The tensor with its stored type and shape, on the CPU. A copy where the data are not aligned to their element.
    /// @throws Error (Io) where there is no such tensor, or its type (F8, F4, U16, …) is not read
    [[nodiscard]] at::Tensor tensor(std::string_view name) const;
    /// The tensor as it is stored, of whatever type; a view into the mapping. @throws Error (Io)
    [[nodiscard]] std::string_view bytes(std::string_view name) const;

private:
    std::shared_ptr<const MappedFile> m_file;
    SafetensorsHeader m_header;
    std::unordered_map<std::string, std::size_t> m_index; ///< name to position in the header
};

/// "F32", "BF16", … as the format names the type; empty for one that it cannot hold.
[[nodiscard]] std::string_view dtypeName(at::ScalarType type) noexcept;
/// "float32", "bfloat16", … as people, config.json and --dtype name a type that the format holds; empty for any other.
[[nodiscard]] std::string_view typeName(at::ScalarType type) noexcept;
/// The same of a type's name in the format; a name that is not read stays as it is.
[[nodiscard]] std::string_view typeName(std::string_view dtype) noexcept;

struct NamedTensor {
    std::string name;
    at::Tensor tensor; ///< any device; made contiguous
};

/// Writes atomically, tensors by falling element size and then by name, as the official library does.
/// @throws Error (Io) naming the path; Error (Internal) for a type or a doubled name that the format cannot hold
void writeSafetensors(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
    const std::map<std::string, std::string>& metadata = {});

} // namespace spectune
