// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/data/Preview.h"

#include "training/core/Error.h"
#include "training/data/Dataset.h"
#include "training/data/SampleSource.h"
#include "training/data/Tokenizer.h"
#include "training/data/Utf8.h"
#include "training/io/ModelFolder.h"

#include <algorithm>
#include <utility>

namespace spectune {

namespace {

/// Bytes of a text that are tokenised for a preview:
/// a line of 10 MB would take minutes, and its first tokens are shown.
constexpr std::size_t leastRead = 64U << 10U;
constexpr std::size_t mostRead = 1U << 20U;
constexpr std::size_t bytesPerToken = 16; ///< more than a piece of a vocabulary has on average

constexpr std::int64_t unlimited = std::int64_t {1} << 40U;

/// Takes the end off a very long text. @returns whether it did
bool shorten(RenderedSample& rendered, std::int64_t maxLength)
{
    const auto tokens = static_cast<std::size_t>(std::max<std::int64_t>(maxLength, 1));
    const std::size_t most = std::clamp(std::min(tokens, mostRead) * bytesPerToken, leastRead, mostRead);
    if (rendered.text.size() <= most)
        return false;
    rendered.text.resize(wholeCharacters(rendered.text, most));
    return true;
}

/// Fills text, tokens and cut of one sample. Each token shows the bytes up to its end that none before it showed, up to
/// a whole character, so the tokens' texts joined are the text.
class PreviewBuilder {
public:
    /// @param partial the text goes on: it has no EOS
    PreviewBuilder(const TokenisedText& sample, const Tokenizer& tokenizer, bool partial)
        : m_rendered(sample.rendered)
        , m_tokenizer(tokenizer)
        , m_tokens(sample.tokens)
        , m_all(makeSample(m_rendered, m_tokens, tokenizer.special(), unlimited))
        , m_prefix(tokenizer.special().addBos && tokenizer.special().bos ? 1 : 0)
    {
        if (partial && tokenizer.special().eos) {
            m_all.ids.pop_back();
            m_all.bearsLoss.pop_back();
        }
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
                const std::size_t until
                    = std::max(shown, wholeCharacters(m_rendered.text, m_tokens[index - m_prefix].end));
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
        return before == 0 ? 0 : wholeCharacters(m_rendered.text, m_tokens[std::min(before, m_tokens.size()) - 1].end);
    }

    const RenderedSample& m_rendered;
    const Tokenizer& m_tokenizer;
    const std::vector<Token>& m_tokens;
    Sample m_all;
    std::size_t m_prefix; ///< 1 where BOS stands first
};

} // namespace

DataPreview previewData(const PreviewData& request, SampleCache& cache, const Progress& progress)
{
    const DataConfig& data = request.config.data;
    const std::string& path = request.evaluationFile ? data.evalPath : data.path;
    if (request.config.model.path.empty())
        throw configError("model.path is empty; its tokenizer makes the tokens.");
    const std::shared_ptr<const Tokenizer> tokenizer = cache.tokenizer(request.config.model.path);
    const std::shared_ptr<const SampleSource> source = cache.samples(path, data, progress);
    DataPreview preview {.path = path,
        .format = source->format(),
        .decision = source->decision(),
        .samples = source->size(),
        .sample = request.sample,
        .text = {},
        .tokens = {},
        .columns = source->columns()};
    if (!source->isDocument()) {
        TokenisedText sample {.rendered = source->render(request.sample), .tokens = {}};
        preview.cutMore = shorten(sample.rendered, data.maxLength);
        sample.tokens = tokenizer->encodeWithOffsets(sample.rendered.text);
        progress.stop.throwIfStopped();
        const PreviewBuilder builder(sample, *tokenizer, preview.cutMore);
        const std::int64_t kept = std::min(builder.length(), data.maxLength);
        preview.cutTokens = builder.length() - kept;
        builder.fill(preview, 0, kept);
        if (preview.cutTokens == 0 && !preview.cutMore)
            preview.text = std::move(sample.rendered.text);
        return preview;
    }
    const std::shared_ptr<const TokenisedText> document = cache.document(source, tokenizer, progress.stop);
    const PreviewBuilder builder(*document, *tokenizer, false);
    preview.documentTokens = builder.length();
    preview.samples = (builder.length() + data.maxLength - 1) / data.maxLength;
    if (request.sample < 0 || request.sample >= preview.samples)
        throw configError("%1: has %2 blocks; there is no block %3.", path, preview.samples, request.sample);
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
        summary.tokenizer = error.message();
    }
    return summary;
}

} // namespace spectune
