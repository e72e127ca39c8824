// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/data/SampleCache.h"

#include "training/config/FieldTable.h"
#include "training/core/FileAccess.h"

#include <utility>

namespace spectune {

std::shared_ptr<const SampleSource> SampleCache::samples(
    const std::string& path, const DataConfig& data, const Progress& progress)
{
    const DataColumns& columns = data.columns;
    std::vector<std::string> key {path, stampOf(path), std::string(toString(data.format)), data.templateText,
        columns.text, columns.textPair, columns.label, columns.prompt, columns.completion};
    if (!m_file.source || m_file.key != key) {
        m_document = {};
        m_file = {}; // first: the index of a large file is large, and two of them are more
        std::shared_ptr<const SampleSource> source = openSamples(path, data, progress);
        m_file = {.key = std::move(key), .source = std::move(source)};
    }
    return m_file.source;
}

std::shared_ptr<const Tokenizer> SampleCache::tokenizer(const std::string& folder)
{
    std::vector<std::string> key {folder, stampOf(folder, {".json", ".model"})};
    if (!m_folder.tokenizer || m_folder.key != key) {
        std::shared_ptr<const Tokenizer> tokenizer = loadTokenizer(folder);
        m_folder = {.key = std::move(key), .tokenizer = std::move(tokenizer)};
    }
    return m_folder.tokenizer;
}

std::shared_ptr<const TokenisedText> SampleCache::document(const std::shared_ptr<const SampleSource>& source,
    const std::shared_ptr<const Tokenizer>& tokenizer, const StopToken& stop)
{
    if (m_document.source != source || m_document.tokenizer != tokenizer) {
        m_document = {};
        auto text = std::make_shared<TokenisedText>();
        text->rendered = source->render(0);
        text->tokens = tokenizer->encodeDocument(text->rendered.text, stop);
        m_document = {.source = source, .tokenizer = tokenizer, .text = std::move(text)};
    }
    return m_document.text;
}

} // namespace spectune
