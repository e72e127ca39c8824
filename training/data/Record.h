// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/Message.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spectune {

/// Where a record stands, for errors.
struct RecordPlace {
    std::string file;
    std::int64_t line = 1;
    std::int64_t element = 0; ///< 1-based, of a JSON array, which may stand in one line; 0: of no array

    /// "FILE:LINE", "FILE:LINE, element 3"
    [[nodiscard]] Message text() const;
};

/// One record of a data file: named fields in the file's order.
struct Record {
    RecordPlace place;
    std::vector<std::pair<std::string, std::string>> fields; ///< numbers and booleans as the file writes them
    std::vector<std::string> structured; ///< keys whose value is a list, an object or null: no text

    /// Null where there is no such field.
    [[nodiscard]] const std::string* find(std::string_view name) const;
    /// @throws Error (Io) naming file, line and field, and the fields there are
    [[nodiscard]] const std::string& at(std::string_view name) const;
    /// "a, b, c", fields that hold no text included; "none" where there are none.
    [[nodiscard]] Message names() const;
};

/// @throws Error (Io) naming file and line for what is no JSON object
[[nodiscard]] Record parseJsonRecord(std::string_view json, RecordPlace place);

/// Cells of one row. For a tab, quotes count only where they enclose a whole cell (GLUE's files have loose ones); for
/// other separators RFC 4180 holds. @throws Error (Io) naming file and line for a quote inside a cell
[[nodiscard]] std::vector<std::string> splitRow(std::string_view row, char separator, const RecordPlace& place);

/// @throws Error (Io) where the numbers of cells and columns differ
[[nodiscard]] Record rowRecord(
    std::string_view row, char separator, const std::vector<std::string>& columns, RecordPlace place);

/// "mr" and "sentence" of "meaning representation||sentence". @throws Error (Io) where there is no "||"
[[nodiscard]] Record e2eRecord(std::string_view line, RecordPlace place);

} // namespace spectune
