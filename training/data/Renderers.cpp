// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/data/Renderers.h"

#include "training/core/Error.h"
#include "training/data/ChatText.h"
#include "training/data/TextTemplate.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <map>
#include <utility>

namespace spectune {

namespace {

constexpr const char* alpacaWithInput
    = "Below is an instruction that describes a task, paired with an input that provides further context. Write a "
      "response "
      "that appropriately completes the request.\n\n### Instruction:\n{instruction}\n\n### Input:\n{input}\n\n### "
      "Response:\n{output}";
constexpr const char* alpacaWithoutInput = "Below is an instruction that describes a task. Write a response that "
                                           "appropriately completes the request.\n\n### "
                                           "Instruction:\n{instruction}\n\n### Response:\n{output}";

using Aliases = std::map<std::string, std::string>;

Aliases configuredColumns(const DataColumns& columns)
{
    Aliases aliases;
    const std::array<std::pair<const char*, const std::string*>, 5> all {
        {{"text", &columns.text}, {"text_pair", &columns.textPair}, {"label", &columns.label},
            {"prompt", &columns.prompt}, {"completion", &columns.completion}}};
    for (const auto& [role, column] : all) {
        if (!column->empty())
            aliases[role] = *column;
    }
    return aliases;
}

bool has(const Record& record, const std::string& column)
{
    return record.find(column) != nullptr;
}

/// The template of a table and what bears loss in it.
struct TablePlan {
    std::string text;
    std::string answer;
    Aliases aliases;
};

/// The first of the names that is a column, where the configuration names none.
void guessColumn(Aliases& aliases, const Record& header, const char* role, std::initializer_list<const char*> names)
{
    for (const char* name : names) {
        if (aliases.count(role) == 0 && has(header, name))
            aliases[role] = name;
    }
}

TablePlan planTable(const DataConfig& data, const Record& header)
{
    TablePlan plan {.text = {}, .answer = {}, .aliases = configuredColumns(data.columns)};
    for (const auto& [role, column] : plan.aliases) {
        if (!has(header, column))
            throw configError("data.columns.%1 is \"%2\", but %3 has the columns: %4.", role, column, header.place.file,
                header.names());
    }
    guessColumn(plan.aliases, header, "prompt", {"prompt"});
    guessColumn(plan.aliases, header, "completion", {"completion"});
    guessColumn(plan.aliases, header, "text", {"text", "sentence", "sentence1"});
    guessColumn(plan.aliases, header, "text_pair", {"text_pair", "sentence2"});
    guessColumn(plan.aliases, header, "label", {"label"});
    const bool pair = plan.aliases.count("prompt") != 0 && plan.aliases.count("completion") != 0;
    const bool label = plan.aliases.count("label") != 0;
    plan.answer = pair ? "completion" : label ? "label" : "";
    plan.text = data.templateText;
    if (!plan.text.empty())
        return plan;
    if (pair) {
        plan.text = "{prompt}{completion}";
    } else if (plan.aliases.count("text") != 0) {
        plan.text = "{text}";
        plan.text += plan.aliases.count("text_pair") != 0 ? "\n{text_pair}" : "";
        plan.text += label ? "\nLabel: {label}" : "";
    } else {
        throw configError("%1: has the columns %2. Say what they are: data.columns.text (and data.columns.label), or "
                          "data.columns.prompt and data.columns.completion.",
            header.place.file, header.names());
    }
    return plan;
}

/// Records whose fields fill a template; for alpaca a second one where there is no input.
class TemplateRenderer : public Renderer {
public:
    using Parser = Record (*)(std::string_view, RecordPlace);

    TemplateRenderer(Parser parse, TextTemplate text)
        : m_parse(parse)
        , m_template(std::move(text))
    {
    }

    [[nodiscard]] RenderedSample render(std::string_view raw, RecordPlace place) const override
    {
        return fill(m_parse(raw, std::move(place)));
    }
    [[nodiscard]] std::vector<std::string> columns(std::string_view raw, RecordPlace place) const override
    {
        const Record record = m_parse(raw, std::move(place));
        std::vector<std::string> names(record.structured);
        for (const auto& [name, value] : record.fields)
            names.push_back(name);
        return names;
    }

protected:
    [[nodiscard]] virtual RenderedSample fill(Record record) const { return m_template.render(record); }

private:
    Parser m_parse;
    TextTemplate m_template;
};

class AlpacaRenderer : public TemplateRenderer {
public:
    explicit AlpacaRenderer(const std::string& text)
        : TemplateRenderer(parseJsonRecord, TextTemplate(text.empty() ? alpacaWithInput : text, "output"))
        , m_withoutInput(text.empty() ? alpacaWithoutInput : text, "output")
    {
    }

protected:
    [[nodiscard]] RenderedSample fill(Record record) const override
    {
        const std::string* input = record.find("input");
        if (input != nullptr && !input->empty())
            return TemplateRenderer::fill(std::move(record));
        if (input == nullptr) {
            for (const std::string& column : m_withoutInput.columns()) {
                if (column != "input")
                    (void)record.at(column); // while it says what the file has: an empty input it has not
            }
            record.fields.emplace_back("input", std::string());
        }
        return m_withoutInput.render(record);
    }

private:
    TextTemplate m_withoutInput;
};

class RowRenderer : public Renderer {
public:
    RowRenderer(char separator, std::vector<std::string> columns, TextTemplate text)
        : m_separator(separator)
        , m_columns(std::move(columns))
        , m_template(std::move(text))
    {
    }
    [[nodiscard]] RenderedSample render(std::string_view raw, RecordPlace place) const override
    {
        return m_template.render(rowRecord(raw, m_separator, m_columns, std::move(place)));
    }
    [[nodiscard]] std::vector<std::string> columns(std::string_view, RecordPlace) const override { return m_columns; }

private:
    char m_separator;
    std::vector<std::string> m_columns;
    TextTemplate m_template;
};

class ChatRenderer : public Renderer {
public:
    [[nodiscard]] RenderedSample render(std::string_view raw, RecordPlace place) const override
    {
        return renderChat(raw, place);
    }
    [[nodiscard]] std::vector<std::string> columns(std::string_view, RecordPlace) const override
    {
        return {"messages"};
    }
};

} // namespace

std::vector<std::string> unreadColumns(DataFormat format, const DataConfig& data)
{
    std::vector<std::string_view> read;
    if (format == DataFormat::PromptCompletion)
        read = {"prompt", "completion"};
    else if (format == DataFormat::Text)
        read = {"text"};
    std::vector<std::string> keys;
    for (const auto& [role, column] : configuredColumns(data.columns)) {
        const bool reads = format == DataFormat::Table || std::ranges::find(read, role) != read.end()
            || (!read.empty() && data.templateText.find("{" + role + "}") != std::string::npos);
        if (!reads)
            keys.push_back("data.columns." + role);
    }
    return keys;
}

std::unique_ptr<Renderer> jsonRenderer(DataFormat format, const DataConfig& data, const Record& first)
{
    const std::string& given = data.templateText;
    const Aliases aliases = configuredColumns(data.columns);
    switch (format) {
    case DataFormat::Chat:
        if (!given.empty())
            throw configError("data.template does not apply to data.format chat: the roles make the text.");
        return std::make_unique<ChatRenderer>();
    case DataFormat::Alpaca: return std::make_unique<AlpacaRenderer>(given);
    case DataFormat::PromptCompletion:
        return std::make_unique<TemplateRenderer>(
            parseJsonRecord, TextTemplate(given.empty() ? "{prompt}{completion}" : given, "completion", aliases));
    case DataFormat::Table: {
        TablePlan plan = planTable(data, first);
        return std::make_unique<TemplateRenderer>(parseJsonRecord, TextTemplate(plan.text, plan.answer, plan.aliases));
    }
    default:
        return std::make_unique<TemplateRenderer>(
            parseJsonRecord, TextTemplate(given.empty() ? "{text}" : given, "", aliases));
    }
}

std::unique_ptr<Renderer> rowRenderer(
    const DataConfig& data, char separator, std::vector<std::string> columns, const RecordPlace& header)
{
    Record names {.place = header, .fields = {}, .structured = {}};
    for (const std::string& column : columns) {
        if (has(names, column))
            throw ioError("%1: the column \"%2\" comes twice in the header.", header.text(), column);
        names.fields.emplace_back(column, std::string());
    }
    const TablePlan plan = planTable(data, names);
    TextTemplate text(plan.text, plan.answer, plan.aliases);
    for (const std::string& column : text.columns()) {
        if (!has(names, column))
            throw configError(
                "data.template names {%1}, but %2 has the columns: %3.", column, header.file, names.names());
    }
    return std::make_unique<RowRenderer>(separator, std::move(columns), std::move(text));
}

std::unique_ptr<Renderer> e2eRenderer(const DataConfig& data)
{
    return std::make_unique<TemplateRenderer>(e2eRecord,
        TextTemplate(data.templateText.empty() ? "{mr}||{sentence}" : data.templateText, "sentence",
            {{"prompt", "mr"}, {"completion", "sentence"}}));
}

} // namespace spectune
