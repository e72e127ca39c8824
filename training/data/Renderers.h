// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/RunConfig.h"
#include "training/data/Record.h"
#include "training/data/SampleSource.h"

#include <memory>
#include <string_view>
#include <vector>

namespace spectune {

/// Turns the records of one format into texts. The rules, where data.template is empty:
///
///     text               the field "text"; every token bears loss
///     prompt-completion  prompt and completion as they are, nothing between
///     chat               "### System:\n…", "### User:\n…", "### Assistant:\n…", turns apart by an empty line; the
///                        assistant's contents bear loss
///     alpaca             the prompt that Stanford Alpaca was trained with, for rows with and without an input
///     e2e                the line as it is, with its "||"; the sentence bears loss
///     table              prompt and completion as they are; or the text, the second text on a line of its own, and
///                        "Label: …", where the label bears loss; without a label every token does
class Renderer {
public:
    virtual ~Renderer() = default;
    /// @param raw the record's bytes as UTF-8 (a line, a JSON object, a row). @throws Error (Io)
    [[nodiscard]] virtual RenderedSample render(std::string_view raw, RecordPlace place) const = 0;
    /// What the record at hand offers as columns.
    [[nodiscard]] virtual std::vector<std::string> columns(std::string_view raw, RecordPlace place) const = 0;
};

/// The keys of data.columns that are set although @p format, which `auto` has become, asks for no such column.
[[nodiscard]] std::vector<std::string> unreadColumns(DataFormat format, const DataConfig& data);
/// For formats whose records are JSON objects: text, prompt-completion, chat, alpaca, table.
/// @param first the file's first record, which decides optional columns. @throws Error (Config, Io)
[[nodiscard]] std::unique_ptr<Renderer> jsonRenderer(DataFormat format, const DataConfig& data, const Record& first);
/// For rows of a table whose header was @p columns.
[[nodiscard]] std::unique_ptr<Renderer> rowRenderer(
    const DataConfig& data, char separator, std::vector<std::string> columns, const RecordPlace& header);
[[nodiscard]] std::unique_ptr<Renderer> e2eRenderer(const DataConfig& data);

} // namespace spectune
