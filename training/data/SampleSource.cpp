// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/data/SampleSource.h"

#include "training/config/FieldTable.h"
#include "training/core/Error.h"
#include "training/data/FileKind.h"
#include "training/data/RecordFile.h"
#include "training/data/Renderers.h"
#include "training/data/Utf8.h"

#include <algorithm>
#include <filesystem>
#include <optional>

namespace spectune {

namespace {

namespace fs = std::filesystem;

/// Largest document that is tokenised as one.
constexpr std::uint64_t maxDocument = 16ULL << 20U;

RecordPlace placeOf(const RecordFile& file, std::int64_t index)
{
    return {.file = file.file().name(), .line = file.line(index), .element = file.isArray() ? index + 1 : 0};
}

/// Formats whose samples are records of the file.
class RecordSource : public SampleSource {
public:
    RecordSource(DataFormat format, Message decision, std::vector<std::string> columns,
        std::unique_ptr<RecordFile> file, std::unique_ptr<Renderer> renderer, std::int64_t skipped)
        : SampleSource(format, std::move(decision), std::move(columns))
        , m_file(std::move(file))
        , m_renderer(std::move(renderer))
        , m_skipped(skipped)
    {
    }

    [[nodiscard]] std::int64_t size() const noexcept override { return m_file->size() - m_skipped; }
    [[nodiscard]] std::uint64_t bytes() const noexcept override { return m_file->file().size(); }
    [[nodiscard]] RenderedSample render(std::int64_t index) const override
    {
        if (index < 0 || index >= size())
            throw configError("%1: has %2 samples; there is no sample %3.", m_file->file().name(), size(), index);
        const std::string raw = m_file->record(index + m_skipped);
        return m_renderer->render(raw, placeOf(*m_file, index + m_skipped));
    }

private:
    std::unique_ptr<RecordFile> m_file;
    std::unique_ptr<Renderer> m_renderer;
    std::int64_t m_skipped; ///< records before the first sample: a table's header
};

/// A .txt as one document.
class DocumentSource : public SampleSource {
public:
    DocumentSource(const std::string& path, Message decision)
        : SampleSource(DataFormat::Text, std::move(decision), {})
        , m_file(path)
    {
        if (m_file.size() > maxDocument)
            throw configError("%1: has %2 MiB; a .txt document is tokenised as one and may have 16. Use JSONL with one "
                              "{\"text\"} a line.",
                path, m_file.size() >> 20U);
    }

    [[nodiscard]] std::int64_t size() const noexcept override { return 1; }
    [[nodiscard]] std::uint64_t bytes() const noexcept override { return m_file.size(); }
    [[nodiscard]] bool isDocument() const noexcept override { return true; }
    [[nodiscard]] RenderedSample render(std::int64_t) const override
    {
        RenderedSample sample {.text = m_file.read(0, m_file.size()), .spans = {}, .everyToken = true};
        requireUtf8(sample.text, m_file.name(), 1);
        normaliseNewlines(sample.text);
        if (sample.text.empty())
            throw configError("%1: is empty.", m_file.name());
        return sample;
    }

private:
    InputFile m_file;
};

enum class Container { Lines, JsonLines, JsonArray, Csv, Tsv };

/// The format that was asked for or found, and how the file holds its records.
struct Decision {
    DataFormat format = DataFormat::Text;
    Container container = Container::Lines;
    bool document = false;
    Message why;
};

std::string extensionOf(const std::string& path)
{
    std::string extension = fs::path(path).extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
        [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return extension;
}

/// The first bytes of a file, from its first character that is no white space on.
std::string beginning(const std::string& path)
{
    const InputFile file(path);
    if (const Message why = whyNoText(file.read(0, std::min<std::uint64_t>(file.size(), 16))); !why.empty())
        throw ioError("%1: %2", path, why);
    const std::uint64_t mark = file.markLength();
    constexpr std::uint64_t enough = 64U << 10U;
    const std::string bytes = file.read(mark, std::min(enough, file.size() - mark));
    const std::size_t first = bytes.find_first_not_of(" \t\r\n");
    if (first == std::string::npos && file.size() <= enough)
        throw configError("%1: is empty.", path);
    return first == std::string::npos ? std::string() : bytes.substr(first);
}

std::unique_ptr<RecordFile> openRecords(const std::string& path, Container container, const Progress& progress)
{
    std::unique_ptr<RecordFile> file;
    if (container == Container::JsonArray)
        file = std::make_unique<JsonArrayFile>(path, progress);
    else if (container == Container::Csv)
        file = std::make_unique<CsvFile>(path, progress);
    else
        file = std::make_unique<LineFile>(path, progress);
    if (file->size() == 0)
        throw configError("%1: holds no samples.", path);
    return file;
}

Record firstRecord(const RecordFile& file)
{
    return parseJsonRecord(file.record(0), placeOf(file, 0));
}

/// The decision in words, with what of data.columns is set in vain: "…; data.columns.label has no meaning in it".
Message explained(const Decision& decision, const DataConfig& data)
{
    // A document has no columns at all, as chat has none.
    const std::vector<std::string> keys = unreadColumns(decision.document ? DataFormat::Chat : decision.format, data);
    if (keys.empty())
        return decision.why;
    std::string list;
    for (const std::string& key : keys)
        list += (list.empty() ? "" : ", ") + key;
    return keys.size() == 1 ? makeMessage("%1; %2 has no meaning in it", decision.why, list)
                            : makeMessage("%1; %2 have no meaning in it", decision.why, list);
}

/// The format of JSON objects by their keys.
Decision decideByKeys(const Record& first, const DataColumns& columns)
{
    const auto all = [&](std::initializer_list<std::string> names) {
        return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
            return first.find(name) != nullptr
                || std::find(first.structured.begin(), first.structured.end(), name) != first.structured.end();
        });
    };
    const auto because = [](DataFormat format, const Message& why) {
        return Decision {.format = format, .why = makeMessage("%1: %2", toString(format), why)};
    };
    if (!columns.prompt.empty() && !columns.completion.empty())
        return because(DataFormat::PromptCompletion, makeMessage("data.columns names a prompt and a completion"));
    if (!columns.text.empty() && !columns.label.empty())
        return because(DataFormat::Table, makeMessage("data.columns names a text and a label"));
    if (!columns.text.empty())
        return because(DataFormat::Text, makeMessage("data.columns names a text"));
    if (all({"messages"}))
        return because(DataFormat::Chat, makeMessage("the first object has the key messages"));
    if (all({"instruction", "output"}))
        return because(DataFormat::Alpaca, makeMessage("the first object has the keys instruction and output"));
    if (all({"prompt", "completion"}))
        return because(
            DataFormat::PromptCompletion, makeMessage("the first object has the keys prompt and completion"));
    if (all({"text"}))
        return because(DataFormat::Text, makeMessage("the first object has the key text"));
    throw configError("%1: the format cannot be told from the keys %2. Name two of them in data.columns.prompt and "
                      "data.columns.completion, or one in data.columns.text.",
        first.place.text(), first.names());
}

/// As LineEnd, of a file's first bytes.
char lineEndOf(std::string_view head)
{
    return head.find('\n') == std::string_view::npos && head.find('\r') != std::string_view::npos ? '\r' : '\n';
}

bool firstLinesAreE2e(const std::string& head)
{
    const char lineEnd = lineEndOf(head);
    int seen = 0;
    for (std::size_t at = 0; at < head.size() && seen < 5; ++seen) {
        const std::size_t end = std::min(head.find(lineEnd, at), head.size());
        if (std::string_view(head).substr(at, end - at).find("||") == std::string_view::npos)
            return false;
        at = end + 1;
        while (at < head.size() && (head[at] == '\n' || head[at] == '\r'))
            ++at;
    }
    return seen > 0;
}

Container tableContainer(const std::string& extension, const std::string& head)
{
    if (extension == ".tsv" || extension == ".csv")
        return extension == ".tsv" ? Container::Tsv : Container::Csv;
    return head.substr(0, head.find(lineEndOf(head))).find('\t') != std::string::npos ? Container::Tsv : Container::Csv;
}

Container jsonContainer(const std::string& head)
{
    return head.front() == '[' ? Container::JsonArray : Container::JsonLines;
}

/// What the extension and the first bytes tell; for JSON the keys still have to.
Decision decide(const std::string& path, DataFormat asked)
{
    const std::string extension = extensionOf(path);
    const std::string head = beginning(path);
    const bool json = !head.empty() && (head.front() == '{' || head.front() == '[');
    const bool plainText
        = extension == ".txt" || extension == ".md" || (!json && extension != ".tsv" && extension != ".csv");
    Decision decision {.format = asked, .why = makeMessage("%1: data.format says so", toString(asked))};
    switch (asked) {
    case DataFormat::Auto: break;
    case DataFormat::E2e: return decision;
    case DataFormat::Text:
        decision.document = plainText;
        decision.container = json ? jsonContainer(head) : Container::JsonLines;
        return decision;
    case DataFormat::Table:
        decision.container = json ? jsonContainer(head) : tableContainer(extension, head);
        return decision;
    default:
        if (!json)
            throw configError(
                "%1: data.format %2 needs JSON objects, one on each line or in an array; this file begins with "
                "neither '{' nor '['.",
                path, toString(asked));
        decision.container = jsonContainer(head);
        return decision;
    }
    if (extension == ".tsv" || extension == ".csv")
        return {.format = DataFormat::Table,
            .container = tableContainer(extension, head),
            .why = makeMessage("table: the file is named *%1", extension)};
    if (json && extension != ".txt" && extension != ".md")
        return {.format = DataFormat::Auto, .container = jsonContainer(head), .why = {}};
    if (extension == ".json" || extension == ".jsonl")
        throw configError("%1: is named *%2, but begins with neither '{' nor '['.", path, extension);
    if (firstLinesAreE2e(head))
        return {.format = DataFormat::E2e, .why = makeMessage("e2e: the first lines have a \"||\"")};
    return {.format = DataFormat::Text,
        .document = true,
        .why = makeMessage("text: one document, cut into blocks of data.max_length")};
}

char separatorOf(Container container, const std::string& header)
{
    if (container == Container::Tsv)
        return '\t';
    return header.find(',') == std::string::npos && header.find(';') != std::string::npos ? ';' : ',';
}

/// A JSON file whose outermost value is one object over several lines reads as broken lines: say what it is.
[[noreturn]] void explainOneObject(const RecordFile& file, const Error& error)
{
    if (extensionOf(file.file().name()) == ".json")
        throw ioError("%1 A .json file must be an array of objects, or have one object on each line.", error.message());
    throw error;
}

std::unique_ptr<SampleSource> openTable(
    const std::string& path, Decision decision, const DataConfig& data, std::unique_ptr<RecordFile> file)
{
    const std::string header = file->record(0);
    const RecordPlace place = placeOf(*file, 0);
    const char separator = separatorOf(decision.container, header);
    std::vector<std::string> columns = splitRow(header, separator, place);
    if (file->size() < 2)
        throw configError("%1: holds a header and no rows.", path);
    auto renderer = rowRenderer(data, separator, columns, place);
    return std::make_unique<RecordSource>(
        decision.format, std::move(decision.why), std::move(columns), std::move(file), std::move(renderer), 1);
}

std::unique_ptr<SampleSource> openObjects(Decision decision, const DataConfig& data, std::unique_ptr<RecordFile> file)
{
    Record first;
    try {
        first = firstRecord(*file);
    } catch (const Error& error) {
        explainOneObject(*file, error);
    }
    if (decision.format == DataFormat::Auto) {
        decision = decideByKeys(first, data.columns);
        decision.why = explained(decision, data);
    }
    auto renderer = jsonRenderer(decision.format, data, first);
    std::vector<std::string> columns;
    for (const auto& [name, value] : first.fields)
        columns.push_back(name);
    columns.insert(columns.end(), first.structured.begin(), first.structured.end());
    return std::make_unique<RecordSource>(
        decision.format, std::move(decision.why), std::move(columns), std::move(file), std::move(renderer), 0);
}

} // namespace

std::unique_ptr<SampleSource> openSamples(const std::string& path, const DataConfig& data, const Progress& progress)
{
    Decision decision = decide(path, data.format);
    if (decision.format != DataFormat::Auto)
        decision.why = explained(decision, data);
    if (decision.document) {
        if (!data.templateText.empty())
            throw configError("data.template does not apply to the document %1; it is for records.", path);
        return std::make_unique<DocumentSource>(path, std::move(decision.why));
    }
    std::unique_ptr<RecordFile> file = openRecords(path, decision.container, progress);
    std::unique_ptr<SampleSource> source;
    if (decision.container == Container::Csv || decision.container == Container::Tsv) {
        source = openTable(path, std::move(decision), data, std::move(file));
    } else if (decision.format == DataFormat::E2e) {
        source = std::make_unique<RecordSource>(decision.format, std::move(decision.why),
            std::vector<std::string> {"mr", "sentence"}, std::move(file), e2eRenderer(data), 0);
    } else {
        source = openObjects(std::move(decision), data, std::move(file));
    }
    // A template or column that does not fit shows at once, not in the middle of a run.
    (void)source->render(0);
    return source;
}

} // namespace spectune
