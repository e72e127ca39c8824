// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cerrno>
#include <unistd.h>
#include <utility>

namespace spectune {

/// Owns a file descriptor of the system, or none, and closes it on every way out.
class FileDescriptor {
public:
    FileDescriptor() noexcept = default;
    /// @param fd what open() gave; a negative one is none
    explicit FileDescriptor(int fd) noexcept
        : m_fd(fd)
    {
    }
    ~FileDescriptor()
    {
        if (isOpen())
            ::close(m_fd);
    }
    FileDescriptor(FileDescriptor&& other) noexcept
        : m_fd(other.release())
    {
    }
    FileDescriptor& operator=(FileDescriptor&& other) noexcept
    {
        std::swap(m_fd, other.m_fd);
        return *this;
    }
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;

    [[nodiscard]] bool isOpen() const noexcept { return m_fd >= 0; }
    [[nodiscard]] int get() const noexcept { return m_fd; }
    [[nodiscard]] int release() noexcept { return std::exchange(m_fd, -1); }
    /// For a writer, who wants to know: network file systems report a failed write here at the latest.
    /// @return errno or 0
    [[nodiscard]] int close() noexcept { return ::close(release()) == 0 ? 0 : errno; }

private:
    int m_fd = -1;
};

} // namespace spectune
