// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string_view>

namespace spectune {

/// A whole file mapped read-only. The bytes live as long as this object; share it through shared_ptr.
class MappedFile {
public:
    /// @throws Error (Io) naming the path: missing, a folder, not readable
    explicit MappedFile(std::filesystem::path path);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    [[nodiscard]] std::string_view bytes() const noexcept { return m_bytes; }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return m_path; }

private:
    std::filesystem::path m_path;
    std::string_view m_bytes;
};

} // namespace spectune
