// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/FolderLock.h"

#include "training/core/Error.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

namespace spectune {

FolderLock::FolderLock(const std::filesystem::path& folder)
    : m_fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC))
{
    if (m_fd < 0)
        return; // what is wrong with the folder is told by the first file that is to be written there
    int result = ::flock(m_fd, LOCK_EX | LOCK_NB);
    while (result != 0 && errno == EINTR)
        result = ::flock(m_fd, LOCK_EX | LOCK_NB);
    if (result == 0)
        return;
    const bool held = errno == EWOULDBLOCK; // any other fault: a file system without locks
    ::close(std::exchange(m_fd, -1));
    if (held)
        throw ioError(folder.string() + " is being trained by another process. Wait for it or stop it first.");
}

FolderLock::~FolderLock()
{
    if (m_fd >= 0)
        ::close(m_fd);
}

FolderLock::FolderLock(FolderLock&& other) noexcept
    : m_fd(std::exchange(other.m_fd, -1))
{
}

FolderLock& FolderLock::operator=(FolderLock&& other) noexcept
{
    std::swap(m_fd, other.m_fd);
    return *this;
}

} // namespace spectune
