// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/core/Error.h"
#include "training/data/RecordFile.h"

namespace spectune {

namespace {

/// Follows a JSON text byte by byte as far as it takes to tell where the elements of the outer array begin and end.
/// What is inside an element is judged when it is parsed.
class ArrayScanner {
public:
    enum class Event { None, Begin, End, Done };

    /// What the byte does; End and Done come with the byte after the element ("," or "]").
    /// Throws a Message for a fault.
    Event step(char c)
    {
        if (m_inString) {
            m_inString = m_escaped || c != '"';
            m_escaped = !m_escaped && c == '\\';
            return Event::None;
        }
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
            return Event::None;
        if (m_done)
            throw makeMessage("something follows the closing bracket");
        if (m_depth == 0) {
            if (c != '[')
                throw makeMessage("a JSON array of objects must begin with '['");
            m_depth = 1;
            return Event::None;
        }
        if (m_depth == 1 && (c == ',' || c == ']'))
            return separator(c);
        const bool begins = m_depth == 1 && !m_inElement;
        if (m_depth == 1 && m_afterElement)
            throw makeMessage("a comma is missing between two elements");
        advance(c);
        return begins ? Event::Begin : Event::None;
    }

    [[nodiscard]] bool isDone() const { return m_done; }

private:
    Event separator(char c)
    {
        const bool ended = m_inElement;
        if (!ended && (c == ',' || m_afterComma))
            throw makeMessage("an element is missing beside a comma");
        m_inElement = m_afterElement = false;
        m_afterComma = c == ',';
        m_done = c == ']';
        return ended ? Event::End : Event::Done;
    }

    void advance(char c)
    {
        m_inElement = true;
        if (c == '"') {
            m_inString = true;
        } else if (c == '{' || c == '[') {
            ++m_depth;
        } else if (c == '}' || c == ']') {
            --m_depth;
            if (m_depth < 1)
                throw makeMessage("a bracket closes that was never opened");
            m_afterElement = m_depth == 1;
        }
    }

    std::int64_t m_depth = 0;
    bool m_inString = false;
    bool m_escaped = false;
    bool m_inElement = false;
    bool m_afterElement = false; ///< an object or array of the outer array was closed
    bool m_afterComma = false;
    bool m_done = false;
};

} // namespace

JsonArrayFile::JsonArrayFile(const std::filesystem::path& path, const Progress& progress)
    : RangedFile(path)
{
    ArrayScanner scanner;
    std::int64_t line = 1;
    const std::uint64_t mark = file().markLength();
    LineEnd lineEnd;
    file().scan(progress, [&](std::uint64_t offset, std::string_view bytes) {
        if (lineEnd.findFirstFeed(bytes)) { // all before is one line
            line = 1;
            for (Range& range : m_ranges)
                range.line = 1;
        }
        for (std::size_t i = offset == 0 ? mark : 0; i < bytes.size(); ++i) {
            try {
                const ArrayScanner::Event event = scanner.step(bytes[i]);
                if (event == ArrayScanner::Event::Begin)
                    m_ranges.push_back({offset + i, offset + i, line});
                else if (event == ArrayScanner::Event::End)
                    m_ranges.back().end = offset + i;
            } catch (const Message& fault) {
                throw ioError("%1:%2: is not a JSON array: %3.", file().name(), line, fault);
            }
            line += bytes[i] == lineEnd.get() ? 1 : 0;
        }
    });
    if (!scanner.isDone())
        throw ioError("%1:%2: the JSON array is not closed. Was the file cut short?", file().name(), line);
}

CsvFile::CsvFile(const std::filesystem::path& path, const Progress& progress)
    : RangedFile(path)
{
    const std::uint64_t mark = file().markLength();
    LineEnd lineEnd;
    std::uint64_t begin = mark;
    std::int64_t line = 1;
    std::int64_t recordLine = 1;
    std::int64_t quoteLine = 0;
    bool inQuotes = false;
    bool blank = true;
    const auto endRow = [&](std::uint64_t end, std::uint64_t next) {
        if (!blank)
            m_ranges.push_back({begin, end, recordLine});
        begin = next;
        recordLine = line;
        blank = true;
    };
    file().scan(progress, [&](std::uint64_t offset, std::string_view bytes) {
        if (lineEnd.findFirstFeed(bytes)) { // all before is one line
            blank = blank && m_ranges.empty();
            begin = mark;
            line = recordLine = quoteLine = 1;
            m_ranges.clear();
        }
        for (std::size_t i = offset == 0 ? mark : 0; i < bytes.size(); ++i) {
            const char c = bytes[i];
            line += c == lineEnd.get() ? 1 : 0;
            if (c == '"') {
                inQuotes = !inQuotes; // a doubled quote toggles twice
                quoteLine = inQuotes ? line : quoteLine;
            }
            if (c == lineEnd.get() && !inQuotes)
                endRow(offset + i, offset + i + 1);
            else if (c != '\r' && c != '\n' && c != ' ')
                blank = false;
        }
    });
    if (inQuotes)
        throw ioError("%1:%2: a quote is opened here and never closed.", file().name(), quoteLine);
    endRow(file().size(), file().size());
}

} // namespace spectune
