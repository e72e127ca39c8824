// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/io/MappedFile.h"

#include "training/core/Error.h"
#include "training/core/FileAccess.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace spectune {

MappedFile::MappedFile(std::filesystem::path path)
    : m_path(std::move(path))
{
    const FileDescriptor file = openToRead(m_path);
    struct stat status { };
    if (::fstat(file.get(), &status) != 0)
        throw readError(m_path, errno);
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size == 0)
        return;
    void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
    if (address == MAP_FAILED)
        throw ioError("%1: cannot be mapped into memory: %2", m_path, std::strerror(errno));
    m_bytes = {static_cast<const char*>(address), size};
}

MappedFile::~MappedFile()
{
    if (!m_bytes.empty())
        ::munmap(const_cast<char*>(m_bytes.data()), m_bytes.size());
}

} // namespace spectune
