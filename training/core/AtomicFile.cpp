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
Message advice(int code)
{
    switch (code) {
    case ENOSPC: return makeMessage(" Free some space on that disk, or choose a folder on another one.");
    case EDQUOT:
        return makeMessage(
            " Your share of that disk is used up: delete something, or choose a folder on another disk.");
    case EACCES:
    case EPERM: return makeMessage(" Choose a folder that you may write to, or change its permissions.");
    case EROFS: return makeMessage(" That disk can only be read: choose a folder elsewhere.");
    case ENOENT: return makeMessage(" Check the path.");
    default: return {};
    }
}

/// What was tried, without the path and the reason.
enum class Attempt { Write, Open, Flush, Replace, Create, CreateFolder };

Message failed(Attempt attempt, const fs::path& path, const Message& reason)
{
    switch (attempt) {
    case Attempt::Write: return makeMessage("Could not write %1: %2.", path, reason);
    case Attempt::Open: return makeMessage("Could not open %1: %2.", path, reason);
    case Attempt::Flush: return makeMessage("Could not flush %1: %2.", path, reason);
    case Attempt::Replace: return makeMessage("Could not replace %1: %2.", path, reason);
    case Attempt::Create: return makeMessage("Could not create %1: %2.", path, reason);
    case Attempt::CreateFolder: break;
    }
    return makeMessage("Could not create the folder %1: %2.", path, reason);
}

Error failureOf(Attempt attempt, const fs::path& path, int code)
{
    const Message reason = code == ENOSPC ? makeMessage("the disk is full") : Message::verbatim(std::strerror(code));
    return ioError("%1%2", failed(attempt, path, reason), advice(code));
}

[[noreturn]] void fail(Attempt attempt, const fs::path& path, int code)
{
    throw failureOf(attempt, path, code);
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
        fail(Attempt::Open, path, errno);
    // EINVAL: a file system without the notion, such as some that are mounted over a network.
    if (::fsync(file.get()) != 0 && errno != EINVAL)
        fail(Attempt::Flush, path, errno);
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
        fail(Attempt::Replace, second, errno);
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
            fail(Attempt::CreateFolder, folder, errno);
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
    return failureOf(Attempt::Write, path, code);
}

void writeFileAtomically(const fs::path& path, std::string_view content)
{
    static std::atomic<unsigned> counter = 0;
    TemporaryFile temporary {folderOf(path)
        / ("." + path.filename().string() + ".tmp-" + std::to_string(::getpid()) + "-" + std::to_string(counter++))};

    FileDescriptor file(::open(temporary.path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (!file.isOpen()) {
        temporary.kept = true; // there is none
        fail(Attempt::Write, path, errno);
    }
    struct stat old { };
    if (::stat(path.c_str(), &old) == 0 && ::fchmod(file.get(), old.st_mode & 07777) != 0)
        fail(Attempt::Write, path, errno);
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
            fail(Attempt::Write, path, errno);
        content.remove_prefix(static_cast<std::size_t>(written));
    }
}

void settleFile(FileDescriptor file, const fs::path& temporary, const fs::path& path)
{
    struct stat there { };
    if (::stat(path.c_str(), &there) == 0 && !S_ISREG(there.st_mode)) // such as /dev/null, which a rename would replace
        throw ioError("Could not write %1: it is no regular file. Choose another name.", path);
    if (::fsync(file.get()) != 0 && errno != EINVAL) // see flushToDisk()
        fail(Attempt::Write, path, errno);
    if (const int code = file.close())
        fail(Attempt::Write, path, code);
    if (::rename(temporary.c_str(), path.c_str()) != 0)
        fail(Attempt::Replace, path, errno);
    flushFolder(folderOf(path));
}

void appendDurably(const fs::path& path, std::string_view content)
{
    struct stat before { };
    const bool isNew = ::stat(path.c_str(), &before) != 0;
    FileDescriptor file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666));
    if (!file.isOpen())
        fail(Attempt::Write, path, errno);
    try {
        writeAll(file.get(), content, path);
        if (::fsync(file.get()) != 0 && errno != EINVAL) // see flushToDisk()
            fail(Attempt::Write, path, errno);
    } catch (const Error&) {
        std::error_code ignored;
        if (isNew)
            fs::remove(path, ignored);
        else if (S_ISREG(before.st_mode))
            fs::resize_file(path, static_cast<std::uintmax_t>(before.st_size), ignored);
        throw;
    }
    if (const int code = file.close())
        fail(Attempt::Write, path, code);
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
        fail(Attempt::CreateFolder, folderOf(m_target), error.value());
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
        fail(Attempt::Flush, m_partial, error.code().value());
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
        fail(Attempt::Create, m_target, errno);
    if (m_existing == Existing::Refuse)
        throw ioError("%1 is no longer empty: something was put there in the meantime, and it is left alone. Choose "
                      "another folder.",
            m_target);

    std::error_code ignored;
    if (exchangeNames(m_partial, m_target)) {
        fs::remove_all(m_partial, ignored); // it holds the old content now
        return;
    }
    const fs::path aside = makeFolderBeside(m_target, ".old-" + std::to_string(::getpid()));
    if (::rename(m_target.c_str(), aside.c_str()) != 0)
        fail(Attempt::Replace, m_target, errno);
    if (::rename(m_partial.c_str(), m_target.c_str()) != 0) {
        const int code = errno;
        ::rename(aside.c_str(), m_target.c_str());
        fail(Attempt::Replace, m_target, code);
    }
    fs::remove_all(aside, ignored);
}

} // namespace spectune
