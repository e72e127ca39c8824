// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/Message.h"
#include "training/core/StopToken.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace spectune {

/// One token and the bytes [begin, end) of the text it stands for; empty where it stands for none (a dummy prefix).
struct Token {
    std::int32_t id = 0;
    std::size_t begin = 0;
    std::size_t end = 0;
};

struct SpecialTokens {
    std::optional<std::int32_t> bos;
    std::optional<std::int32_t> eos;
    std::optional<std::int32_t> pad;
    std::optional<std::int32_t> unk;
    bool addBos = true; ///< the tokenizer's own setting: a sample begins with BOS
};

/// Text to ids and back. Implementations are safe to share between threads.
class Tokenizer {
public:
    virtual ~Tokenizer() = default;

    /// Without BOS and EOS. @param text valid UTF-8
    [[nodiscard]] virtual std::vector<std::int32_t> encode(std::string_view text) const = 0;
    /// The same ids with their byte ranges in @p text, in order.
    [[nodiscard]] virtual std::vector<Token> encodeWithOffsets(std::string_view text) const = 0;
    /// The same of a text that takes seconds. @throws Stopped
    [[nodiscard]] virtual std::vector<Token> encodeDocument(std::string_view text, const StopToken& stop) const = 0;
    /// Control tokens (BOS, EOS, …) give no text. Ids outside the vocabulary are left out.
    [[nodiscard]] virtual std::string decode(std::span<const std::int32_t> ids) const = 0;
    /// One token alone as the vocabulary writes it: "▁the", "<0x0A>", "</s>"; "<id>" outside the vocabulary.
    [[nodiscard]] virtual std::string piece(std::int32_t id) const = 0;
    [[nodiscard]] virtual const SpecialTokens& special() const noexcept = 0;
    /// Ids are 0 … size − 1, added tokens included.
    [[nodiscard]] virtual std::int64_t vocabularySize() const noexcept = 0;
    /// For people: "sentencepiece BPE, 512 pieces".
    [[nodiscard]] virtual Message describe() const = 0;
};

/// Reads a model folder's tokenizer. @throws Error (Config, Io) naming the file: none there, broken, or of a kind that
/// is not read yet (only a tokenizer.json)
[[nodiscard]] std::shared_ptr<const Tokenizer> loadTokenizer(const std::filesystem::path& folder);

} // namespace spectune
