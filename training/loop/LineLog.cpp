// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/LineLog.h"

#include "training/core/AtomicFile.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace spectune {

void LineLog::open(const std::filesystem::path& path)
{
    m_path = path;
    m_file = FileDescriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
    if (!m_file.isOpen())
        throw writeError(path, errno);
}

void LineLog::append(const std::string& line)
{
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
