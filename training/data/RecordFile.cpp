// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/data/RecordFile.h"

#include "training/core/Error.h"
#include "training/core/FileAccess.h"
#include "training/data/Utf8.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace spectune {

namespace {

bool isBlank(std::string_view line)
{
    return line.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

} // namespace

InputFile::InputFile(std::filesystem::path path)
    : m_path(std::move(path))
{
    if (m_path.empty())
        throw configError("data.path is empty; it must name a file.");
    m_file = openToRead(m_path);
    struct stat status { };
    if (::fstat(m_file.get(), &status) != 0)
        throw readError(m_path, errno);
    m_size = static_cast<std::uint64_t>(status.st_size);
}

std::string InputFile::read(std::uint64_t offset, std::uint64_t length) const
{
    std::string bytes(length, '\0');
    std::uint64_t done = 0;
    while (done < length) {
        const ssize_t got
            = ::pread(m_file.get(), bytes.data() + done, length - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            throw ioError("%1: cannot be read at byte %2: %3", m_path, offset + done,
                got < 0 ? Message::verbatim(std::strerror(errno))
                        : makeMessage("the file became shorter while it was in use"));
        done += static_cast<std::uint64_t>(got);
    }
    return bytes;
}

void InputFile::scan(const Progress& progress, const std::function<void(std::uint64_t, std::string_view)>& visit) const
{
    constexpr std::uint64_t chunk = 1U << 20U;
    for (std::uint64_t at = 0; at < m_size; at += chunk) {
        progress.advance(static_cast<std::int64_t>(at), static_cast<std::int64_t>(m_size));
        visit(at, read(at, std::min(chunk, m_size - at)));
    }
}

std::uint64_t InputFile::markLength() const
{
    return m_size >= 3 && read(0, 3) == "\xEF\xBB\xBF" ? 3 : 0;
}

bool LineEnd::findFirstFeed(std::string_view bytes)
{
    if (m_end == '\n' || bytes.find('\n') == std::string_view::npos)
        return false;
    m_end = '\n';
    return true;
}

std::string RecordFile::readChecked(std::uint64_t begin, std::uint64_t end, std::int64_t line) const
{
    if (end - begin > maxRecord)
        throw ioError("%1:%2: this record has %3 MiB; at most 64 are read.", m_file.name(), line, (end - begin) >> 20U);
    std::string text = m_file.read(begin, end - begin);
    requireUtf8(text, m_file.name(), line);
    return text;
}

LineFile::LineFile(const std::filesystem::path& path, const Progress& progress)
    : RecordFile(path)
{
    std::uint64_t begin = file().markLength(); // of the current line
    const std::uint64_t skipped = begin;
    std::int64_t line = 1;
    bool blank = true; // so far
    const auto endLine = [&](std::uint64_t next) {
        if (!blank && m_size++ % stride == 0)
            m_anchors.push_back({begin, line});
        begin = next;
        blank = true;
        ++line;
    };
    file().scan(progress, [&](std::uint64_t offset, std::string_view bytes) {
        if (m_lineEnd.findFirstFeed(bytes)) { // all before is one line
            blank = blank && m_size == 0;
            begin = skipped;
            line = 1;
            m_size = 0;
            m_anchors.clear();
        }
        std::size_t at = offset == 0 ? skipped : 0;
        while (at < bytes.size()) {
            const void* found = std::memchr(bytes.data() + at, m_lineEnd.get(), bytes.size() - at);
            const std::size_t end = found == nullptr
                ? bytes.size()
                : static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
            blank = blank && isBlank(bytes.substr(at, end - at));
            if (found != nullptr)
                endLine(offset + end + 1);
            at = end + 1;
        }
    });
    endLine(file().size());
    m_anchors.push_back({file().size(), line});
}

void LineFile::loadBlock(std::int64_t block) const
{
    if (block == m_block)
        return;
    const Anchor& first = m_anchors.at(static_cast<std::size_t>(block));
    const Anchor& next = m_anchors.at(static_cast<std::size_t>(block) + 1);
    if (next.offset - first.offset > 4 * maxRecord)
        throw ioError(
            "%1:%2: the lines from here on, of which %3 are read at once, have %4 MiB together; they may have "
            "256, and a single line 64.",
            file().name(), first.line, stride, (next.offset - first.offset) >> 20U);
    m_block = -1;
    m_text = file().read(first.offset, next.offset - first.offset);
    m_places.clear();
    std::int64_t line = first.line;
    for (std::size_t at = 0; at < m_text.size(); ++line) {
        std::size_t end = m_text.find(m_lineEnd.get(), at);
        end = end == std::string::npos ? m_text.size() : end;
        std::size_t last = end;
        if (last > at && m_text[last - 1] == '\r')
            --last;
        if (!isBlank(std::string_view(m_text).substr(at, last - at)))
            m_places.push_back({at, last, line});
        at = end + 1;
    }
    m_block = block;
}

std::string LineFile::record(std::int64_t index) const
{
    loadBlock(index / stride);
    const Place& place = m_places.at(static_cast<std::size_t>(index % stride));
    if (place.end - place.begin > maxRecord)
        throw ioError("%1:%2: this line is longer than 64 MiB.", file().name(), place.line);
    std::string text = m_text.substr(place.begin, place.end - place.begin);
    requireUtf8(text, file().name(), place.line);
    return text;
}

std::int64_t LineFile::line(std::int64_t index) const
{
    loadBlock(index / stride);
    return m_places.at(static_cast<std::size_t>(index % stride)).line;
}

std::string RangedFile::record(std::int64_t index) const
{
    const Range& range = m_ranges.at(static_cast<std::size_t>(index));
    return readChecked(range.begin, range.end, range.line);
}

std::int64_t RangedFile::line(std::int64_t index) const
{
    return m_ranges.at(static_cast<std::size_t>(index)).line;
}

} // namespace spectune
