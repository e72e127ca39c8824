// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/LineLog.h"

#include "training/core/AtomicFile.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace spectune {

void LineLog::open(const std::filesystem::path& path)
{
    m_path = path;
    m_file = FileDescriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
    if (!m_file.isOpen())
        throw writeError(path, errno);
    m_hasNumber = true;
    m_hasNumber = isInPlace();
}

bool LineLog::isInPlace() const
{
    struct stat named { };
    struct stat open { };
    if (::stat(m_path.c_str(), &named) != 0)
        return errno != ENOENT && errno != ENOTDIR;
    if (!m_hasNumber || ::fstat(m_file.get(), &open) != 0)
        return true;
    return named.st_dev == open.st_dev && named.st_ino == open.st_ino;
}

void LineLog::append(const std::string& line)
{
    if (!isInPlace())
        throw ioError(
            "Could not write %1: it was moved, deleted or replaced while the run went on. Move it back; where it "
            "is lost, end the run, which saves its steps, and resume it.",
            m_path);
    const off_t before = ::lseek(m_file.get(), 0, SEEK_END);
    try {
        writeAll(m_file.get(), line + '\n', m_path);
    } catch (const Error&) {
        if (before < 0 || ::ftruncate(m_file.get(), before) != 0) {
            // The line stays torn, as after a crash: readers leave out what no line's end follows.
        }
        throw;
    }
}

} // namespace spectune
