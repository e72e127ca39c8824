// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/Error.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace spectune {

/// Writes @p content to @p path so that a reader, or a crash, sees the old file or the new one, never a part:
/// a temporary beside it, flushed to the disk, then renamed. @throws Error (Io) naming the path
void writeFileAtomically(const std::filesystem::path& path, std::string_view content);

/// An Error (Io) for a write to @p path that failed with errno @p code, with what to do where that is known (a full disk).
[[nodiscard]] Error writeError(const std::filesystem::path& path, int code);

/// The whole file. @throws Error (Io) naming the path
[[nodiscard]] std::string readFile(const std::filesystem::path& path);

/// A directory that appears under its final name only when it is complete.
/// Write into path(), then commit(); without commit() the destructor removes what was written.
class AtomicDirectory {
public:
    /// Creates `<target>.partial-<pid>` (with a number where that exists) beside @p target. @throws Error (Io)
    explicit AtomicDirectory(const std::filesystem::path& target);
    ~AtomicDirectory();
    AtomicDirectory(const AtomicDirectory&) = delete;
    AtomicDirectory& operator=(const AtomicDirectory&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return m_partial; }
    /// Flushes every file and renames. An existing target is replaced: in one step where the file system can exchange
    /// two names, else it is moved aside first and back should that fail. @throws Error (Io)
    void commit();

private:
    void replaceTarget();

    std::filesystem::path m_target;
    std::filesystem::path m_partial;
    bool m_committed = false;
};

} // namespace spectune
