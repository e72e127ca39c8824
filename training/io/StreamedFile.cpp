// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/io/StreamedFile.h"

#include "training/core/AtomicFile.h"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <unistd.h>
#include <utility>

namespace spectune {

StreamedFile::StreamedFile(std::filesystem::path path)
    : m_path(std::move(path))
    , m_partial(m_path.string() + ".partial-" + std::to_string(::getpid()))
    , m_file(::open(m_partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666))
{
    if (!m_file.isOpen())
        throw writeError(m_path, errno);
}

StreamedFile::~StreamedFile()
{
    if (!m_committed)
        ::unlink(m_partial.c_str());
}

void StreamedFile::write(const void* data, std::size_t size)
{
    writeAll(m_file.get(), {static_cast<const char*>(data), size}, m_path);
    m_size += size;
}

void StreamedFile::pad(std::uint64_t alignment)
{
    write(std::string((alignment - m_size % alignment) % alignment, '\0'));
}

void StreamedFile::commit()
{
    settleFile(std::move(m_file), m_partial, m_path);
    m_committed = true;
}

} // namespace spectune
