// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/FolderLock.h"

#include "training/core/Error.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>

namespace spectune {

FolderLock::FolderLock(const std::filesystem::path& folder)
    : m_folder(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC))
{
    if (!m_folder.isOpen())
        return; // what is wrong with the folder is told by the first file that is to be written there
    int result = ::flock(m_folder.get(), LOCK_EX | LOCK_NB);
    while (result != 0 && errno == EINTR)
        result = ::flock(m_folder.get(), LOCK_EX | LOCK_NB);
    // Any other fault than EWOULDBLOCK: a file system without locks.
    if (result != 0 && errno == EWOULDBLOCK)
        throw ioError("%1 is being trained by another process. Wait for it or stop it first.", folder);
}

} // namespace spectune
