// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/data/AddedTokens.h"
#include "training/data/SentencePieceModel.h"
#include "training/data/Tokenizer.h"

#include <filesystem>
#include <memory>
#include <mutex>

namespace sentencepiece {
class SentencePieceProcessor;
}

namespace spectune {

/// tokenizer.model with the settings files beside it. Ids are the sentencepiece library's own for every text, except
/// where a token stands in it that the folder lists as added ("<|im_start|>" with an id of its own, but also "</s>" or
/// "[INST]" of the model): it is that token, as for transformers. Control pieces that no list names stay text.
class SentencePieceTokenizer : public Tokenizer {
public:
    /// @param folder holds tokenizer.model. @throws Error (Config, Io) naming the file
    explicit SentencePieceTokenizer(const std::filesystem::path& folder);
    ~SentencePieceTokenizer() override;

    [[nodiscard]] std::vector<std::int32_t> encode(std::string_view text) const override;
    [[nodiscard]] std::vector<Token> encodeWithOffsets(std::string_view text) const override;
    [[nodiscard]] std::vector<Token> encodeDocument(std::string_view text, const StopToken& stop) const override;
    [[nodiscard]] std::string decode(std::span<const std::int32_t> ids) const override;
    [[nodiscard]] std::string piece(std::int32_t id) const override;
    [[nodiscard]] const SpecialTokens& special() const noexcept override { return m_special; }
    [[nodiscard]] std::int64_t vocabularySize() const noexcept override { return m_vocabularySize; }
    [[nodiscard]] Message describe() const override;

private:
    /// @param bare without a dummy prefix
    void appendPlain(std::string_view text, std::size_t offset, bool bare, std::vector<Token>& tokens) const;
    void appendLong(
        std::string_view text, std::size_t offset, bool bare, std::vector<Token>& tokens, const StopToken& stop) const;
    /// The same model without a dummy prefix, loaded when first needed. Every white space stays, as in transformers.
    [[nodiscard]] const sentencepiece::SentencePieceProcessor& withoutPrefix() const;
    [[nodiscard]] std::optional<std::int32_t> idOf(
        const std::string& role, int libraryId, const std::string& origin) const;
    [[nodiscard]] const AddedToken* findAdded(std::int32_t id) const;

    std::unique_ptr<sentencepiece::SentencePieceProcessor> m_processor;
    mutable std::once_flag m_withoutPrefixOnce;
    mutable std::unique_ptr<sentencepiece::SentencePieceProcessor> m_withoutPrefix;
    SentencePieceModel m_model;
    TokenizerSettings m_settings;
    SpecialTokens m_special;
    std::int64_t m_vocabularySize = 0;
};

} // namespace spectune
