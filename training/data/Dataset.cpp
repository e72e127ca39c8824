// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/data/Dataset.h"

#include "training/core/Error.h"

#include <algorithm>

namespace spectune {

namespace {

constexpr std::int64_t reportEvery = 128; ///< samples between two progress reports

bool hasTarget(const Sample& sample)
{
    return std::find(sample.bearsLoss.begin(), sample.bearsLoss.end(), 1) != sample.bearsLoss.end();
}

bool insideSpan(const Token& token, const std::vector<LossSpan>& spans)
{
    return std::any_of(spans.begin(), spans.end(), [&](const LossSpan& span) {
        return token.end > span.begin && (token.begin < span.end || token.end <= span.end);
    });
}

} // namespace

Sample makeSample(const RenderedSample& rendered, const Tokenizer& tokenizer, std::int64_t maxLength)
{
    return makeSample(rendered, tokenizer.encodeWithOffsets(rendered.text), tokenizer.special(), maxLength);
}

Sample makeSample(
    const RenderedSample& rendered, std::span<const Token> tokens, const SpecialTokens& special, std::int64_t maxLength)
{
    Sample sample;
    const auto push = [&](std::int32_t id, bool bearsLoss) {
        if (static_cast<std::int64_t>(sample.ids.size()) >= maxLength) {
            ++sample.cutTokens;
            return;
        }
        sample.bearsLoss.push_back(bearsLoss && !sample.ids.empty() ? 1 : 0);
        sample.ids.push_back(id);
    };
    if (special.addBos && special.bos)
        push(*special.bos, false);
    for (const Token& token : tokens)
        push(token.id, rendered.everyToken || insideSpan(token, rendered.spans));
    if (special.eos)
        push(*special.eos, rendered.everyToken || !rendered.spans.empty());
    return sample;
}

Dataset::Dataset(const std::string& path, const DataConfig& data, std::shared_ptr<const Tokenizer> tokenizer,
    const Progress& progress, std::uintmax_t eager)
    : m_tokenizer(std::move(tokenizer))
    , m_maxLength(data.maxLength)
{
    if (m_maxLength < 2)
        throw configError("data.max_length is %1, must be at least 2.", m_maxLength);
    // While a small file is scanned nothing is reported: the samples will be.
    m_source = openSamples(path, data, Progress {.stop = progress.stop});
    m_lazy = !m_source->isDocument() && m_source->bytes() >= eager;
    if (m_lazy) {
        m_size = m_source->size();
        return;
    }
    m_begins.push_back(0);
    if (m_source->isDocument())
        cutDocument(progress);
    else
        tokeniseAll(progress);
    m_size = static_cast<std::int64_t>(m_begins.size()) - 1;
    if (m_size == 0)
        throw configError("%1: no sample has a token that bears loss within data.max_length %2.", path, m_maxLength);
}

void Dataset::append(const Sample& sample)
{
    if (!hasTarget(sample)) {
        ++m_dropped;
        return;
    }
    m_ids.insert(m_ids.end(), sample.ids.begin(), sample.ids.end());
    m_bearsLoss.insert(m_bearsLoss.end(), sample.bearsLoss.begin(), sample.bearsLoss.end());
    m_begins.push_back(m_ids.size());
}

void Dataset::tokeniseAll(const Progress& progress)
{
    const std::int64_t count = m_source->size();
    for (std::int64_t i = 0; i < count; ++i) {
        if (i % reportEvery == 0)
            progress.advance(i, count);
        append(makeSample(m_source->render(i), *m_tokenizer, m_maxLength));
    }
    progress.advance(count, count);
}

void Dataset::cutDocument(const Progress& progress)
{
    progress.advance(0, 1);
    constexpr std::int64_t unlimited = std::int64_t {1} << 40U;
    const RenderedSample rendered = m_source->render(0);
    const Sample document = makeSample(
        rendered, m_tokenizer->encodeDocument(rendered.text, progress.stop), m_tokenizer->special(), unlimited);
    const auto total = static_cast<std::int64_t>(document.ids.size());
    for (std::int64_t begin = 0; begin < total; begin += m_maxLength) {
        progress.stop.throwIfStopped();
        const std::int64_t end = std::min(total, begin + m_maxLength);
        Sample block {.ids = {document.ids.begin() + begin, document.ids.begin() + end},
            .bearsLoss = {document.bearsLoss.begin() + begin, document.bearsLoss.begin() + end}};
        block.bearsLoss.front() = 0;
        append(block);
    }
    progress.advance(1, 1);
}

std::optional<Sample> Dataset::sample(std::int64_t index) const
{
    if (index < 0 || index >= m_size)
        throw configError("There is no sample %1; there are %2.", index, m_size);
    if (m_lazy) {
        Sample sample = makeSample(m_source->render(index), *m_tokenizer, m_maxLength);
        return hasTarget(sample) ? std::optional<Sample>(std::move(sample)) : std::nullopt;
    }
    const auto begin = static_cast<std::ptrdiff_t>(m_begins[static_cast<std::size_t>(index)]);
    const auto end = static_cast<std::ptrdiff_t>(m_begins[static_cast<std::size_t>(index) + 1]);
    return Sample {.ids = {m_ids.begin() + begin, m_ids.begin() + end},
        .bearsLoss = {m_bearsLoss.begin() + begin, m_bearsLoss.begin() + end}};
}

std::int64_t Dataset::usableCount(const Progress& progress) const
{
    if (!m_lazy)
        return m_size;
    if (m_usable >= 0)
        return m_usable;
    std::int64_t usable = 0;
    for (std::int64_t i = 0; i < m_size; ++i) {
        if (i % reportEvery == 0)
            progress.advance(i, m_size);
        usable += sample(i).has_value() ? 1 : 0;
    }
    m_usable = usable;
    m_dropped = m_size - usable;
    return usable;
}

} // namespace spectune
