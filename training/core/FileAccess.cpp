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

Message adviceToReader(int code)
{
    switch (code) {
    case EACCES:
    case EPERM: return makeMessage(" You may not read it: ask its owner, or change its permissions.");
    case ENOENT:
    case ENOTDIR: return makeMessage(" Check the path.");
    case ELOOP: return makeMessage(" Its links lead back to themselves: make them anew.");
    default: return {};
    }
}

Error notRegular(const fs::path& path)
{
    return ioError("Could not read %1: it is no regular file.", path);
}

} // namespace

Error readError(const fs::path& path, int code)
{
    return ioError("Could not read %1: %2.%3", path, std::strerror(code), adviceToReader(code));
}

FileDescriptor openToRead(const fs::path& path)
{
    // Without O_NONBLOCK the open of a named pipe waits for somebody to write. Regular files do not know the flag.
    FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (!file.isOpen())
        throw errno == ENXIO ? notRegular(path) : readError(path, errno);
    struct stat status { };
    if (::fstat(file.get(), &status) != 0)
        throw readError(path, errno);
    if (S_ISDIR(status.st_mode))
        throw ioError("Could not read %1: it is a folder; a file is needed.", path);
    if (!S_ISREG(status.st_mode))
        throw notRegular(path);
    return file;
}

std::string readText(const fs::path& path, std::uint64_t most)
{
    const FileDescriptor file = openToRead(path);
    const auto refuse = [&path, most] {
        return ioError(
            "Could not read %1: it has more than %2 MiB, which no such file needs. Check the path.", path, most >> 20U);
    };
    struct stat status { };
    if (::fstat(file.get(), &status) != 0)
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
        const ssize_t got = ::read(file.get(), content.data() + size, content.size() - size);
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

std::vector<fs::path> entriesIn(const fs::path& folder)
{
    std::error_code fault;
    std::vector<fs::path> entries;
    for (fs::directory_iterator entry(folder, fault); !fault && entry != fs::directory_iterator();
         entry.increment(fault))
        entries.push_back(entry->path());
    if (fault)
        throw readError(folder, fault.value());
    return entries;
}

std::uint64_t sizeOf(const fs::path& path)
{
    std::error_code fault;
    const std::uintmax_t size = fs::file_size(path, fault);
    if (fault)
        throw readError(path, fault.value());
    return size;
}

std::string stampOf(const fs::path& path)
{
    std::error_code ignored;
    return std::to_string(fs::file_size(path, ignored)) + ' '
        + std::to_string(fs::last_write_time(path, ignored).time_since_epoch().count());
}

std::string stampOf(const fs::path& folder, std::initializer_list<std::string_view> endings)
{
    std::vector<std::string> files;
    std::error_code fault;
    for (fs::directory_iterator entry(folder, fault); !fault && entry != fs::directory_iterator();
         entry.increment(fault)) {
        if (std::ranges::find(endings, entry->path().extension().string()) != endings.end())
            files.push_back(entry->path().filename().string() + ' ' + stampOf(entry->path()) + '\n');
    }
    std::ranges::sort(files);
    std::string stamp;
    for (const std::string& file : files)
        stamp += file;
    return stamp;
}

} // namespace spectune
