// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/Error.h"
#include "training/core/FileDescriptor.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace spectune {

/// Writes @p content to @p path so that a reader, or a crash, sees the old file or the new one, never a part:
/// a temporary beside it, flushed to the disk, then renamed. @throws Error (Io) naming the path
void writeFileAtomically(const std::filesystem::path& path, std::string_view content);

/// Appends @p content to @p path, which it makes where it is missing; on the disk when it returns. What a failure left
/// of it is cut off again. @throws Error (Io) naming the path
void appendDurably(const std::filesystem::path& path, std::string_view content);

/// Writes all of @p content to @p fd, which is open for @p path. @throws Error (Io) naming the path
void writeAll(int fd, std::string_view content, const std::filesystem::path& path);

/// The end of a file that was written under the name @p temporary: flushes and closes @p file, renames it
/// to @p path and flushes the folder. @throws Error (Io) naming @p path
void settleFile(FileDescriptor file, const std::filesystem::path& temporary, const std::filesystem::path& path);

/// An Error (Io) for a write to @p path that failed with errno @p code,
/// with what to do where that is known (a full disk).
[[nodiscard]] Error writeError(const std::filesystem::path& path, int code);

/// The whole file, of any size: for the run's own files (FileAccess.h has readText() for all others).
/// @throws Error (Io) naming the path, where it is no regular file too
[[nodiscard]] std::string readFile(const std::filesystem::path& path);

/// A directory that appears under its final name only when it is complete.
/// Write into path(), then commit(); without commit() the destructor removes what was written.
class AtomicDirectory {
public:
    /// What commit() does with a target that holds something by then.
    enum class Existing { Replace, Refuse };

    /// Creates `<target>.partial-<pid>` (with a number where that exists) beside @p target. @throws Error (Io)
    explicit AtomicDirectory(const std::filesystem::path& target, Existing existing = Existing::Replace);
    ~AtomicDirectory();
    AtomicDirectory(const AtomicDirectory&) = delete;
    AtomicDirectory& operator=(const AtomicDirectory&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return m_partial; }
    /// Flushes every file and renames. An existing target is replaced: in one step where the file system can exchange
    /// two names, else it is moved aside first and back should that fail. With Existing::Refuse one that is not empty
    /// is left alone. @throws Error (Io)
    void commit();

private:
    void replaceTarget();

    std::filesystem::path m_target;
    std::filesystem::path m_partial;
    Existing m_existing;
    bool m_committed = false;
};

} // namespace spectune
