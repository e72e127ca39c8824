// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace spectune {

/// What a sentencepiece .model file says of itself, read from its protocol buffer without the library: the library's
/// own header does not offer it, and a broken file is refused here before the library sees it.
struct SentencePieceModel {
    std::int64_t pieces = 0;
    std::string type; ///< "unigram", "BPE", "word" or "char"
    bool addDummyPrefix = true;
    bool removeExtraWhitespace = true;
    bool whitespaceAsSuffix = false;
    /// Whether some piece has a space mark inside, beyond its leading run (trailing run for whitespaceAsSuffix), so
    /// that a token may reach from one word into the next.
    bool piecesCrossWords = false;
    std::string ruleName; ///< of the rules that normalise characters: "nmt_nfkc"; "user_defined" for one's own
    bool hasRules = false; ///< a table of them

    /// Whether a text may be tokenised in parts, cut at a single space between two ASCII letters or digits, with the
    /// same ids. BPE joins neighbours into pieces of the vocabulary; where none reaches over a space, no join does
    /// either. The dummy prefix (or suffix) of each part stands for the space.
    /// A unigram's sums of scores depend on where they began, and a rule of one's own may take in a space ("a b" to
    /// "ab"): of sentencepiece's own none does so between letters or digits.
    [[nodiscard]] bool mayCutAtSpaces() const noexcept;

    static constexpr std::size_t maxBytes = 256U << 20U;

    /// @param origin names the file in errors. @throws Error (Io) for a broken or huge file
    [[nodiscard]] static SentencePieceModel parse(std::string_view bytes, std::string_view origin);
};

} // namespace spectune
