// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/core/Error.h"
#include "training/data/Dataset.h"
#include "training/data/Preview.h"
#include "training/data/SampleSource.h"
#include "training/data/Tokenizer.h"
#include "training/data/Utf8.h"

#include <algorithm>
#include <limits>

namespace spectune {

namespace {

constexpr std::uint64_t mostText = 4U << 20U; ///< bytes tokenised in all: seconds
constexpr std::size_t mostOfOne = 64U << 10U; ///< bytes of one sample; longer ones are estimated from these

std::int32_t narrow(double value)
{
    constexpr auto largest = std::numeric_limits<std::int32_t>::max();
    return value < static_cast<double>(largest) ? static_cast<std::int32_t>(value) : largest;
}

/// Samples to read so that about mostText bytes are. @pre the source has samples
std::int64_t samplesToRead(const SampleSource& source, std::int64_t most)
{
    const std::int64_t size = source.size();
    std::int64_t count = std::clamp<std::int64_t>(most, 1, size);
    const double each = static_cast<double>(source.bytes()) / static_cast<double>(size);
    if (each > 0.0)
        count = std::min(count, std::max<std::int64_t>(1, narrow(static_cast<double>(mostText) / each)));
    return count;
}

} // namespace

SampleLengths measureLengths(const MeasureLengths& request, SampleCache& cache, const Progress& progress)
{
    const DataConfig& data = request.config.data;
    if (request.config.model.path.empty())
        throw configError("model.path is empty; its tokenizer makes the tokens.");
    const std::shared_ptr<const Tokenizer> tokenizer = cache.tokenizer(request.config.model.path);
    const std::shared_ptr<const SampleSource> source = cache.samples(data.path, data, progress);
    if (source->isDocument())
        throw configError("%1: is one document, cut into blocks of data.max_length.", data.path);
    SampleLengths lengths {.path = data.path, .samples = source->size(), .tokens = {}, .firstTargets = {}};
    const std::int64_t count = samplesToRead(*source, request.most);
    constexpr std::int64_t unlimited = std::int64_t {1} << 40U;
    for (std::int64_t i = 0; i < count; ++i) {
        progress.advance(i, count);
        RenderedSample rendered = source->render(static_cast<std::int64_t>(
            static_cast<double>(i) * static_cast<double>(lengths.samples) / static_cast<double>(count)));
        const std::size_t whole = rendered.text.size();
        rendered.text.resize(wholeCharacters(rendered.text, mostOfOne));
        const Sample sample = makeSample(rendered, *tokenizer, unlimited);
        auto tokens = static_cast<double>(sample.ids.size());
        if (rendered.text.size() < whole) {
            tokens *= static_cast<double>(whole) / static_cast<double>(rendered.text.size());
            ++lengths.estimated;
        }
        lengths.tokens.push_back(narrow(tokens));
        const auto first = std::find(sample.bearsLoss.begin(), sample.bearsLoss.end(), 1);
        lengths.firstTargets.push_back(first == sample.bearsLoss.end()
                ? std::numeric_limits<std::int32_t>::max()
                : narrow(static_cast<double>(first - sample.bearsLoss.begin())));
    }
    progress.advance(count, count);
    std::sort(lengths.tokens.begin(), lengths.tokens.end());
    std::sort(lengths.firstTargets.begin(), lengths.firstTargets.end());
    return lengths;
}

} // namespace spectune
