// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/FileDescriptor.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>

namespace spectune {

/// A file written piece by piece under a temporary name, which takes its own name only when it is whole and on the
/// disk. Without commit() nothing stays. Every function but the destructor throws Error (Io) naming the path.
class StreamedFile {
public:
    explicit StreamedFile(std::filesystem::path path);
    ~StreamedFile();
    StreamedFile(const StreamedFile&) = delete;
    StreamedFile& operator=(const StreamedFile&) = delete;

    void write(const void* data, std::size_t size);
    void write(std::string_view bytes) { write(bytes.data(), bytes.size()); }
    /// Zeros up to the next multiple of @p alignment.
    void pad(std::uint64_t alignment);
    void commit();

    [[nodiscard]] std::uint64_t size() const noexcept { return m_size; }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return m_path; }

private:
    std::filesystem::path m_path;
    std::filesystem::path m_partial;
    FileDescriptor m_file;
    std::uint64_t m_size = 0;
    bool m_committed = false;
};

} // namespace spectune
