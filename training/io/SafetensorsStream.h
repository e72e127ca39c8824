// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/io/StreamedFile.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace spectune {

/// A tensor that a file will hold: enough for its header.
struct TensorPlan {
    std::string name;
    std::string dtype; ///< as the format writes it: "F32", "BF16", …
    std::vector<std::int64_t> shape;

    [[nodiscard]] std::uint64_t bytes() const; ///< @throws Error (Internal) for a dtype that is not in the format
};

/// Writes a safetensors file whose tensors need not be in memory together: the header first, then the data in the order
/// of plan(), in pieces of any size. The file appears with commit().
class SafetensorsStream {
public:
    /// Sorts by falling element size and then by name, as the official library does, and writes the header.
    /// @throws Error (Io) naming the path; Error (Internal) for a doubled name
    SafetensorsStream(const std::filesystem::path& path, std::vector<TensorPlan> tensors,
        const std::map<std::string, std::string>& metadata = {});

    /// In the order in which the data are to come.
    [[nodiscard]] const std::vector<TensorPlan>& plan() const noexcept { return m_plan; }
    void write(const void* data, std::size_t size) { m_file.write(data, size); }
    /// @throws Error (Internal) where the data are not as long as the header says
    void commit();

private:
    StreamedFile m_file;
    std::vector<TensorPlan> m_plan;
    std::uint64_t m_expected = 0; ///< bytes of the whole file
};

} // namespace spectune
