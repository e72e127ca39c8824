// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/data/Tokenizer.h"

namespace spectune::testing {

/// One token a byte (id = byte + 10), so that every offset can be told by hand. BOS 1, EOS 2.
class ByteTokenizer : public Tokenizer {
public:
    explicit ByteTokenizer(bool addBos = true, std::int32_t pad = 0)
        : m_special {.bos = 1, .eos = 2, .pad = pad, .unk = {}, .addBos = addBos}
    {
    }
    [[nodiscard]] std::vector<std::int32_t> encode(std::string_view text) const override
    {
        std::vector<std::int32_t> ids;
        for (const Token& token : encodeWithOffsets(text))
            ids.push_back(token.id);
        return ids;
    }
    [[nodiscard]] std::vector<Token> encodeWithOffsets(std::string_view text) const override
    {
        std::vector<Token> tokens;
        for (std::size_t i = 0; i < text.size(); ++i)
            tokens.push_back({static_cast<unsigned char>(text[i]) + 10, i, i + 1});
        return tokens;
    }
    [[nodiscard]] std::vector<Token> encodeDocument(std::string_view text, const StopToken& stop) const override
    {
        stop.throwIfStopped();
        return encodeWithOffsets(text);
    }
    [[nodiscard]] std::string decode(std::span<const std::int32_t>) const override { return {}; }
    [[nodiscard]] std::string piece(std::int32_t) const override { return {}; }
    [[nodiscard]] const SpecialTokens& special() const noexcept override { return m_special; }
    [[nodiscard]] std::int64_t vocabularySize() const noexcept override { return 266; }
    [[nodiscard]] Message describe() const override { return Message::verbatim("bytes"); }

private:
    SpecialTokens m_special;
};

} // namespace spectune::testing
