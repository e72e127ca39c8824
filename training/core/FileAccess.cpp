// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/core/FileAccess.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace spectune {

namespace {

const char* adviceToReader(int code) noexcept
{
    switch (code) {
    case EACCES:
    case EPERM: return " You may not read it: ask its owner, or change its permissions.";
    case ENOENT:
    case ENOTDIR: return " Check the path.";
    case ELOOP: return " Its links lead back to themselves: make them anew.";
    default: return "";
    }
}

Error failureToRead(const fs::path& path, const std::string& reason)
{
    return ioError("Could not read " + path.string() + ": " + reason);
}

/// Closes its file on every way out.
struct OpenFile {
    explicit OpenFile(int descriptor) noexcept
        : fd(descriptor)
    {
    }
    ~OpenFile() { ::close(fd); }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    int fd;
};

} // namespace

Error readError(const fs::path& path, int code)
{
    return failureToRead(path, std::string(std::strerror(code)) + '.' + adviceToReader(code));
}

int openToRead(const fs::path& path)
{
    // Without O_NONBLOCK the open of a named pipe waits for somebody to write. Regular files do not know the flag.
    const int fd = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        throw errno == ENXIO ? failureToRead(path, "it is no regular file.") : readError(path, errno);
    struct stat status { };
    const int code = ::fstat(fd, &status) == 0 ? 0 : errno;
    if (code == 0 && S_ISREG(status.st_mode))
        return fd;
    ::close(fd);
    if (code != 0)
        throw readError(path, code);
    if (S_ISDIR(status.st_mode))
        throw failureToRead(path, "it is a folder; a file is needed.");
    throw failureToRead(path, "it is no regular file.");
}

std::string readText(const fs::path& path, std::uint64_t most)
{
    const OpenFile file(openToRead(path));
    const auto refuse = [&path, most] {
        return failureToRead(path,
            "it has more than " + std::to_string(most >> 20U) + " MiB, which no such file needs. Check the path.");
    };
    struct stat status { };
    if (::fstat(file.fd, &status) != 0)
        throw readError(path, errno);
    if (static_cast<std::uint64_t>(status.st_size) > most)
        throw refuse();

    // The size is a hint: /proc says 0, and a log may grow while it is read.
    std::string content(static_cast<std::size_t>(status.st_size) + 1, '\0');
    std::size_t size = 0;
    while (true) {
        if (size > most)
            throw refuse();
        if (size == content.size())
            content.resize(content.size() * 2);
        const ssize_t got = ::read(file.fd, content.data() + size, content.size() - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            throw readError(path, errno);
        if (got == 0)
            break;
        size += static_cast<std::size_t>(got);
    }
    content.resize(size);
    return content;
}

bool fileExists(const fs::path& path)
{
    struct stat status { };
    if (::stat(path.c_str(), &status) == 0)
        return true;
    if (errno == ENOENT || errno == ENOTDIR)
        return false;
    throw readError(path, errno);
}

} // namespace spectune
