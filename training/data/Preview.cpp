// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/data/Preview.h"

#include "training/core/Error.h"
#include "training/data/Dataset.h"
#include "training/data/SampleSource.h"
#include "training/data/Tokenizer.h"
#include "training/io/ModelFolder.h"

#include <algorithm>

namespace spectune {

namespace {

/// Fills text, tokens and cut of one sample. Each token shows the bytes up to its end that none before it showed, so the
/// tokens' texts joined are the text.
class PreviewBuilder {
public:
    PreviewBuilder(const RenderedSample& rendered, const Tokenizer& tokenizer)
        : m_rendered(rendered)
        , m_tokenizer(tokenizer)
        , m_tokens(tokenizer.encodeWithOffsets(rendered.text))
        , m_all(makeSample(rendered, tokenizer, std::int64_t {1} << 40U))
        , m_prefix(m_all.ids.size() > m_tokens.size() && tokenizer.special().addBos ? 1 : 0)
    {
    }

    [[nodiscard]] std::int64_t length() const { return static_cast<std::int64_t>(m_all.ids.size()); }

    /// Ids [begin, end) of the whole sample.
    void fill(DataPreview& preview, std::int64_t begin, std::int64_t end) const
    {
        std::size_t shown = textBegin(begin);
        const std::size_t first = shown;
        for (std::int64_t i = begin; i < end; ++i) {
            const auto index = static_cast<std::size_t>(i);
            PreviewToken token {.id = m_all.ids[index],
                .text = m_tokenizer.piece(m_all.ids[index]),
                .bearsLoss = m_all.bearsLoss[index] != 0 && i != begin};
            if (index >= m_prefix && index - m_prefix < m_tokens.size()) {
                const std::size_t until = std::max(shown, m_tokens[index - m_prefix].end);
                token.text = m_rendered.text.substr(shown, until - shown);
                shown = until;
            }
            preview.tokens.push_back(std::move(token));
        }
        preview.text = m_rendered.text.substr(first, shown - first);
    }

private:
    /// Where the text of token @p index of the sample begins.
    [[nodiscard]] std::size_t textBegin(std::int64_t index) const
    {
        const auto before = static_cast<std::size_t>(index) > m_prefix ? static_cast<std::size_t>(index) - m_prefix : 0;
        return before == 0 ? 0 : m_tokens[std::min(before, m_tokens.size()) - 1].end;
    }

    const RenderedSample& m_rendered;
    const Tokenizer& m_tokenizer;
    std::vector<Token> m_tokens;
    Sample m_all;
    std::size_t m_prefix; ///< 1 where BOS stands first
};

} // namespace

DataPreview previewData(const PreviewData& request, const Progress& progress)
{
    const DataConfig& data = request.config.data;
    const std::string& path = request.evaluationFile ? data.evalPath : data.path;
    if (request.config.model.path.empty())
        throw configError("model.path is empty; its tokenizer makes the tokens.");
    const std::shared_ptr<const Tokenizer> tokenizer = loadTokenizer(request.config.model.path);
    const std::unique_ptr<SampleSource> source = openSamples(path, data, progress);
    DataPreview preview {.path = path,
        .format = source->format(),
        .decision = source->decision(),
        .samples = source->size(),
        .sample = request.sample,
        .text = {},
        .tokens = {},
        .columns = source->columns()};
    const RenderedSample rendered = source->render(source->isDocument() ? 0 : request.sample);
    const PreviewBuilder builder(rendered, *tokenizer);
    if (!source->isDocument()) {
        const std::int64_t kept = std::min(builder.length(), data.maxLength);
        preview.cutTokens = builder.length() - kept;
        builder.fill(preview, 0, kept);
        preview.text = rendered.text;
        return preview;
    }
    preview.samples = (builder.length() + data.maxLength - 1) / data.maxLength;
    if (request.sample < 0 || request.sample >= preview.samples)
        throw configError(path + ": has " + std::to_string(preview.samples) + " blocks; there is no block "
            + std::to_string(request.sample) + '.');
    const std::int64_t begin = request.sample * data.maxLength;
    builder.fill(preview, begin, std::min(builder.length(), begin + data.maxLength));
    return preview;
}

ModelSummary inspectModel(const std::string& folder)
{
    ModelSummary summary = ModelFolder(folder).summary();
    try {
        summary.tokenizer = loadTokenizer(folder)->describe();
    } catch (const Error& error) {
        summary.tokenizer = error.what();
    }
    return summary;
}

} // namespace spectune
