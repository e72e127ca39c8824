// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/RunConfig.h"
#include "training/core/Message.h"
#include "training/data/Progress.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace spectune {

/// Bytes [begin, end) of a rendered text that are to be learnt: a completion, or an assistant's turn.
struct LossSpan {
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// One record of a data file as the model will see it, before tokenising.
struct RenderedSample {
    std::string text; ///< UTF-8
    std::vector<LossSpan> spans; ///< ascending
    bool everyToken = false; ///< format `text`: all tokens bear loss, spans is empty
};

/// The records of one data file, rendered one by one. Safe to read from one thread at a time.
class SampleSource {
public:
    virtual ~SampleSource() = default;

    [[nodiscard]] virtual std::int64_t size() const noexcept = 0;
    /// @throws Error (Io) naming file, line and field
    [[nodiscard]] virtual RenderedSample render(std::int64_t index) const = 0;
    /// One document that is cut into blocks after tokenising, not one sample (format `text` of a .txt).
    [[nodiscard]] virtual bool isDocument() const noexcept { return false; }
    /// Bytes of the file.
    [[nodiscard]] virtual std::uint64_t bytes() const noexcept = 0;

    [[nodiscard]] DataFormat format() const noexcept { return m_format; } ///< never Auto
    [[nodiscard]] const Message& decision() const noexcept { return m_decision; } ///< why, in words
    [[nodiscard]] const std::vector<std::string>& columns() const noexcept
    {
        return m_columns;
    } ///< what the file offers

protected:
    SampleSource(DataFormat format, Message decision, std::vector<std::string> columns)
        : m_format(format)
        , m_decision(std::move(decision))
        , m_columns(std::move(columns))
    {
    }

private:
    DataFormat m_format;
    Message m_decision;
    std::vector<std::string> m_columns;
};

/// Opens @p path by data.format; `auto` decides by extension and keys. data.template and data.columns are checked
/// against the file's first record. @throws Error (Config, Io) naming the file, line, field or key; Stopped
[[nodiscard]] std::unique_ptr<SampleSource> openSamples(
    const std::string& path, const DataConfig& data, const Progress& progress = {});

} // namespace spectune
