// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/core/AtomicFile.h"

#include "training/core/FileAccess.h"
#include "training/core/FileDescriptor.h"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <limits>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace spectune {

namespace {

/// To who writes; who reads is told by readError().
const char* advice(int code) noexcept
{
    switch (code) {
    case ENOSPC: return " Free some space on that disk, or choose a folder on another one.";
    case EDQUOT: return " Your share of that disk is used up: delete something, or choose a folder on another disk.";
    case EACCES:
    case EPERM: return " Choose a folder that you may write to, or change its permissions.";
    case EROFS: return " That disk can only be read: choose a folder elsewhere.";
    case ENOENT: return " Check the path.";
    default: return "";
    }
}

Error failureOf(const char* what, const fs::path& path, int code)
{
    const std::string reason = code == ENOSPC ? "the disk is full" : std::strerror(code);
    return ioError(std::string(what) + " " + path.string() + ": " + reason + "." + advice(code));
}

[[noreturn]] void fail(const char* what, const fs::path& path, int code)
{
    throw failureOf(what, path, code);
}

/// Removes a temporary unless its content has reached its place.
struct TemporaryFile {
    fs::path path;
    bool kept = false;
    ~TemporaryFile()
    {
        if (!kept)
            ::unlink(path.c_str());
    }
};

fs::path folderOf(const fs::path& path)
{
    return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

void flushToDisk(const fs::path& path, int flags)
{
    const FileDescriptor file(::open(path.c_str(), flags | O_RDONLY | O_CLOEXEC));
    if (!file.isOpen())
        fail("Could not open", path, errno);
    // EINVAL: a file system without the notion, such as some that are mounted over a network.
    if (::fsync(file.get()) != 0 && errno != EINVAL)
        fail("Could not flush", path, errno);
}

/// After a rename, so that the new name outlives a power cut as well.
void flushFolder(const fs::path& folder)
{
    flushToDisk(folder, O_DIRECTORY);
}

/// Exchanges two names in one step. @returns false where the kernel or the file system cannot
bool exchangeNames(const fs::path& first, const fs::path& second)
{
#ifdef RENAME_EXCHANGE
    if (::renameat2(AT_FDCWD, first.c_str(), AT_FDCWD, second.c_str(), RENAME_EXCHANGE) == 0)
        return true;
    if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP)
        fail("Could not replace", second, errno);
#else
    static_cast<void>(first);
    static_cast<void>(second);
#endif
    return false;
}

/// A folder of a new name beside @p target. @throws Error (Io)
fs::path makeFolderBeside(const fs::path& target, const std::string& suffix)
{
    fs::path folder = target;
    folder += suffix;
    // A crashed process of the same id may have left one; it is not ours to delete.
    for (int number = 2; ::mkdir(folder.c_str(), 0777) != 0; ++number) {
        if (errno != EEXIST)
            fail("Could not create the folder", folder, errno);
        folder = target;
        folder += suffix + "-" + std::to_string(number);
    }
    return folder;
}

fs::path withoutTrailingSlash(const fs::path& path)
{
    return path.has_filename() ? path : path.parent_path();
}

} // namespace

Error writeError(const fs::path& path, int code)
{
    return failureOf("Could not write", path, code);
}

void writeFileAtomically(const fs::path& path, std::string_view content)
{
    static std::atomic<unsigned> counter = 0;
    TemporaryFile temporary {folderOf(path)
        / ("." + path.filename().string() + ".tmp-" + std::to_string(::getpid()) + "-" + std::to_string(counter++))};

    FileDescriptor file(::open(temporary.path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (!file.isOpen()) {
        temporary.kept = true; // there is none
        fail("Could not write", path, errno);
    }
    struct stat old { };
    if (::stat(path.c_str(), &old) == 0 && ::fchmod(file.get(), old.st_mode & 07777) != 0)
        fail("Could not write", path, errno);
    writeAll(file.get(), content, path);
    settleFile(std::move(file), temporary.path, path);
    temporary.kept = true;
}

void writeAll(int fd, std::string_view content, const fs::path& path)
{
    while (!content.empty()) {
        const ssize_t written = ::write(fd, content.data(), content.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            fail("Could not write", path, errno);
        content.remove_prefix(static_cast<std::size_t>(written));
    }
}

void settleFile(FileDescriptor file, const fs::path& temporary, const fs::path& path)
{
    struct stat there { };
    if (::stat(path.c_str(), &there) == 0 && !S_ISREG(there.st_mode)) // such as /dev/null, which a rename would replace
        throw ioError("Could not write " + path.string() + ": it is no regular file. Choose another name.");
    if (::fsync(file.get()) != 0 && errno != EINVAL) // see flushToDisk()
        fail("Could not write", path, errno);
    if (const int code = file.close())
        fail("Could not write", path, code);
    if (::rename(temporary.c_str(), path.c_str()) != 0)
        fail("Could not replace", path, errno);
    flushFolder(folderOf(path));
}

void appendDurably(const fs::path& path, std::string_view content)
{
    struct stat before { };
    const bool isNew = ::stat(path.c_str(), &before) != 0;
    FileDescriptor file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666));
    if (!file.isOpen())
        fail("Could not write", path, errno);
    try {
        writeAll(file.get(), content, path);
        if (::fsync(file.get()) != 0 && errno != EINVAL) // see flushToDisk()
            fail("Could not write", path, errno);
    } catch (const Error&) {
        std::error_code ignored;
        if (isNew)
            fs::remove(path, ignored);
        else if (S_ISREG(before.st_mode))
            fs::resize_file(path, static_cast<std::uintmax_t>(before.st_size), ignored);
        throw;
    }
    if (const int code = file.close())
        fail("Could not write", path, code);
    if (isNew)
        flushFolder(folderOf(path));
}

std::string readFile(const fs::path& path)
{
    return readText(path, std::numeric_limits<std::uint64_t>::max());
}

AtomicDirectory::AtomicDirectory(const fs::path& target, Existing existing)
    : m_target(withoutTrailingSlash(target))
    , m_existing(existing)
{
    std::error_code error;
    fs::create_directories(folderOf(m_target), error);
    if (error)
        fail("Could not create the folder", folderOf(m_target), error.value());
    m_partial = makeFolderBeside(m_target, ".partial-" + std::to_string(::getpid()));
}

AtomicDirectory::~AtomicDirectory()
{
    if (!m_committed) {
        std::error_code ignored;
        fs::remove_all(m_partial, ignored);
    }
}

void AtomicDirectory::commit()
{
    try {
        for (const fs::directory_entry& entry : fs::recursive_directory_iterator(m_partial)) {
            if (entry.is_symlink())
                continue;
            if (entry.is_directory() || entry.is_regular_file())
                flushToDisk(entry.path(), 0);
        }
    } catch (const fs::filesystem_error& error) {
        fail("Could not flush", m_partial, error.code().value());
    }
    flushFolder(m_partial);
    replaceTarget();
    m_committed = true;
    flushFolder(folderOf(m_target));
}

void AtomicDirectory::replaceTarget()
{
    // Renaming onto nothing, or onto an empty folder, is one step already.
    if (::rename(m_partial.c_str(), m_target.c_str()) == 0)
        return;
    if (errno != ENOTEMPTY && errno != EEXIST)
        fail("Could not create", m_target, errno);
    if (m_existing == Existing::Refuse)
        throw ioError(m_target.string()
            + " is no longer empty: something was put there in the meantime, and it is left alone. Choose another "
              "folder.");

    std::error_code ignored;
    if (exchangeNames(m_partial, m_target)) {
        fs::remove_all(m_partial, ignored); // it holds the old content now
        return;
    }
    const fs::path aside = makeFolderBeside(m_target, ".old-" + std::to_string(::getpid()));
    if (::rename(m_target.c_str(), aside.c_str()) != 0)
        fail("Could not replace", m_target, errno);
    if (::rename(m_partial.c_str(), m_target.c_str()) != 0) {
        const int code = errno;
        ::rename(aside.c_str(), m_target.c_str());
        fail("Could not replace", m_target, code);
    }
    fs::remove_all(aside, ignored);
}

} // namespace spectune
