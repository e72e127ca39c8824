// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/FileDescriptor.h"
#include "training/data/Progress.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace spectune {

/// A file read by position. Not mapped: pages of a mapping that were touched count as this program's memory, and a file
/// that shrinks under a mapping ends the program instead of giving an error.
class InputFile {
public:
    /// @throws Error (Io) naming the path: missing, a folder, not readable
    explicit InputFile(std::filesystem::path path);

    [[nodiscard]] std::uint64_t size() const noexcept { return m_size; }
    [[nodiscard]] std::string name() const { return m_path.string(); }
    /// @throws Error (Io) where the bytes are not all there
    [[nodiscard]] std::string read(std::uint64_t offset, std::uint64_t length) const;
    /// The whole file in pieces of at most 1 MiB. @throws Error (Io), Stopped
    void scan(
        const Progress& progress, const std::function<void(std::uint64_t offset, std::string_view bytes)>& visit) const;
    /// Length of a UTF-8 byte order mark at the start: 3 or 0.
    [[nodiscard]] std::uint64_t markLength() const;

private:
    std::filesystem::path m_path;
    FileDescriptor m_file;
    std::uint64_t m_size = 0;
};

/// What ends a file's lines, told while the file is scanned:
/// '\n' ("\r\n" too), or '\r' where it has no '\n' at all, as Mac OS wrote before X.
class LineEnd {
public:
    /// @param bytes the next of the file
    /// @return whether the first '\n' is among them: then no '\r' before these bytes has ended a line
    [[nodiscard]] bool findFirstFeed(std::string_view bytes);
    [[nodiscard]] char get() const noexcept { return m_end; }

private:
    char m_end = '\r'; ///< until a '\n' comes
};

/// A file that is a sequence of records. Records are checked to be UTF-8 when they are read.
class RecordFile {
public:
    static constexpr std::uint64_t maxRecord = 64ULL << 20U; ///< bytes

    explicit RecordFile(const std::filesystem::path& path)
        : m_file(path)
    {
    }
    virtual ~RecordFile() = default;

    [[nodiscard]] virtual std::int64_t size() const noexcept = 0;
    /// @throws Error (Io) naming file and line
    [[nodiscard]] virtual std::string record(std::int64_t index) const = 0;
    /// 1-based line where the record begins.
    [[nodiscard]] virtual std::int64_t line(std::int64_t index) const = 0;
    /// Whether the records are the elements of an array, of which many may stand in one line.
    [[nodiscard]] virtual bool isArray() const noexcept { return false; }
    [[nodiscard]] const InputFile& file() const noexcept { return m_file; }

protected:
    [[nodiscard]] std::string readChecked(std::uint64_t begin, std::uint64_t end, std::int64_t line) const;

private:
    InputFile m_file;
};

/// The lines of a file that are not blank, without their line ends ("\n", "\r\n"; "\r" where there is no "\n"). Only
/// every 16th is in the index.
class LineFile : public RecordFile {
public:
    LineFile(const std::filesystem::path& path, const Progress& progress);
    [[nodiscard]] std::int64_t size() const noexcept override { return m_size; }
    [[nodiscard]] std::string record(std::int64_t index) const override;
    [[nodiscard]] std::int64_t line(std::int64_t index) const override;

private:
    static constexpr std::int64_t stride = 16;
    struct Anchor {
        std::uint64_t offset = 0; ///< of the first byte of a record
        std::int64_t line = 1;
    };
    struct Place {
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
        std::int64_t line = 1;
    };
    void loadBlock(std::int64_t block) const;

    LineEnd m_lineEnd;
    std::int64_t m_size = 0;
    std::vector<Anchor> m_anchors; ///< of records 0, 16, 32, …, and one past the end
    mutable std::int64_t m_block = -1; ///< whose text and places are held
    mutable std::string m_text;
    mutable std::vector<Place> m_places;
};

/// Records that were found by a scan and may span lines.
class RangedFile : public RecordFile {
public:
    [[nodiscard]] std::int64_t size() const noexcept override { return static_cast<std::int64_t>(m_ranges.size()); }
    [[nodiscard]] std::string record(std::int64_t index) const override;
    [[nodiscard]] std::int64_t line(std::int64_t index) const override;

protected:
    struct Range {
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
        std::int64_t line = 1;
    };
    using RecordFile::RecordFile;
    std::vector<Range> m_ranges;
};

/// The elements of one JSON array. @throws Error (Io) where the file is none
class JsonArrayFile : public RangedFile {
public:
    JsonArrayFile(const std::filesystem::path& path, const Progress& progress);
    [[nodiscard]] bool isArray() const noexcept override { return true; }
};

/// The rows of a CSV file (RFC 4180): a quoted field may hold line ends. Blank lines are left out.
class CsvFile : public RangedFile {
public:
    CsvFile(const std::filesystem::path& path, const Progress& progress);
};

} // namespace spectune
