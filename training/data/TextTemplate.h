// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/data/Record.h"
#include "training/data/SampleSource.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace spectune {

/// A text with "{column}" in it; "{{" and "}}" are braces. Where the answer's column stands, the loss begins: that
/// place and all after it is to be learnt.
class TextTemplate {
public:
    /// @param answer the column that is to be learnt; empty: every token is
    /// @param aliases names in the template to columns of the file: "prompt" to "question"
    /// @throws Error (Config) naming data.template: a brace that is not closed, an empty name, no answer in it
    TextTemplate(std::string_view text, std::string answer, std::map<std::string, std::string> aliases = {});

    /// @throws Error (Io) naming file, line and field where the record lacks a column
    [[nodiscard]] RenderedSample render(const Record& record) const;
    /// Columns of the file that are used, in order.
    [[nodiscard]] std::vector<std::string> columns() const;

private:
    struct Piece {
        std::string text; ///< literal, or a column's name
        bool isColumn = false;
    };
    void addLiteral(std::string_view text);
    std::vector<Piece> m_pieces;
    std::string m_answer; ///< a column of the file
};

} // namespace spectune
