// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spectune {

/// A token that the folder lists, in or beside the tokenizer's own vocabulary, recognised in text as it stands.
struct AddedToken {
    std::string content;
    std::int32_t id = 0;
    bool special = false; ///< gives no text when decoded; what has a role is special whatever the list says
    bool stripLeft = false; ///< takes the white space before it
    bool stripRight = false; ///< takes the white space after it
    bool singleWord = false; ///< only where no letter, digit or underscore touches it
};

/// What a folder's tokenizer_config.json says and, where it has no added_tokens_decoder, the list in tokenizer.json,
/// special_tokens_map.json (whose roles replace its own) and added_tokens.json, by the rules of transformers'
/// LlamaTokenizer. add_eos_token is not asked: a sample ends with EOS, and a prompt does not.
struct TokenizerSettings {
    /// A role ("bos_token") to its token; std::nullopt where a file sets it to null; absent where none names it: then
    /// it is tokenizer.model's own.
    std::map<std::string, std::optional<std::string>> roles;
    std::vector<AddedToken> added; ///< by id
    bool addBos = true; ///< counts where `start` is not set
    /// Where add_bos_token is missing: the special token that tokenizer.json begins a text with, empty for none.
    std::optional<std::string> start;
    bool legacy = false; ///< the text after an added token gets a dummy prefix of its own

    /// Files that are not there are skipped. @throws Error (Config) naming file and key
    [[nodiscard]] static TokenizerSettings read(const std::filesystem::path& folder);
};

/// A stretch of text: an added token, or what stands between two of them.
struct TextPart {
    std::size_t begin = 0;
    std::size_t end = 0;
    const AddedToken* token = nullptr; ///< null: ordinary text
};

/// Cuts @p text at added tokens; at each place the longest one wins, and where that one may not
/// stand (`singleWord`) its bytes are ordinary text, as for Rust's tokenizers. Parts are in order and never empty.
[[nodiscard]] std::vector<TextPart> splitAtAddedTokens(std::string_view text, const std::vector<AddedToken>& added);

} // namespace spectune
