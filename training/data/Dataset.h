// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/RunConfig.h"
#include "training/data/Progress.h"
#include "training/data/SampleSource.h"
#include "training/data/Tokenizer.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace spectune {

/// The ids a model is trained on, cut at data.max_length.
struct Sample {
    std::vector<std::int32_t> ids; ///< BOS (if the tokenizer adds one), the text, EOS
    std::vector<std::uint8_t> bearsLoss; ///< 1 where the token is a target; never the first
    std::int64_t cutTokens = 0; ///< lost to data.max_length
};

/// BOS + the text tokenised once as a whole + EOS, cut on the right. A token bears loss when it ends after the byte
/// where a completion begins (and begins before that completion ends); EOS bears loss where there is a completion.
[[nodiscard]] Sample makeSample(const RenderedSample& rendered, const Tokenizer& tokenizer, std::int64_t maxLength);
/// The same of a text that is tokenised already.
[[nodiscard]] Sample makeSample(const RenderedSample& rendered, std::span<const Token> tokens,
    const SpecialTokens& special, std::int64_t maxLength);

/// All samples of one file. Files below eagerLimit are tokenised at once into packed storage, and samples without a
/// loss-bearing token are taken out; larger ones are tokenised at each access, in bounded memory, and such samples are
/// met when they are drawn.
class Dataset {
public:
    static constexpr std::uintmax_t eagerLimit = 64ULL << 20U; ///< bytes of the file

    /// @param data format, template, columns, max_length; @param path data.path or data.eval_path
    /// @throws Error (Config, Io) naming file, line and field; Stopped
    Dataset(const std::string& path, const DataConfig& data, std::shared_ptr<const Tokenizer> tokenizer,
        const Progress& progress = {}, std::uintmax_t eager = eagerLimit);

    /// Entries that sample() takes; in a lazy set this counts those too that will be dropped.
    [[nodiscard]] std::int64_t size() const noexcept { return m_size; }
    /// Empty: the sample has no loss-bearing token and is to be skipped (lazy sets only). @throws Error (Io)
    [[nodiscard]] std::optional<Sample> sample(std::int64_t index) const;
    /// Samples with a loss-bearing token; a full pass in a lazy set, remembered. @throws Stopped, Error
    [[nodiscard]] std::int64_t usableCount(const Progress& progress = {}) const;
    /// Samples without one, as far as known: all of them unless the set is lazy and not counted.
    [[nodiscard]] std::int64_t dropped() const noexcept { return m_dropped; }
    /// Of the file.
    [[nodiscard]] std::uint64_t bytes() const noexcept { return m_source->bytes(); }
    [[nodiscard]] DataFormat format() const noexcept { return m_source->format(); }
    /// Why that format, in words.
    [[nodiscard]] const Message& decision() const noexcept { return m_source->decision(); }
    [[nodiscard]] const Tokenizer& tokenizer() const noexcept { return *m_tokenizer; }

private:
    void tokeniseAll(const Progress& progress);
    void cutDocument(const Progress& progress);
    void append(const Sample& sample);

    std::shared_ptr<const Tokenizer> m_tokenizer;
    std::unique_ptr<SampleSource> m_source;
    std::int64_t m_maxLength = 0;
    bool m_lazy = false;
    std::int64_t m_size = 0;
    mutable std::int64_t m_dropped = 0;
    mutable std::int64_t m_usable = -1; ///< lazy: −1 until counted
    std::vector<std::int32_t> m_ids; ///< all samples one after the other
    std::vector<std::uint8_t> m_bearsLoss;
    std::vector<std::uint64_t> m_begins; ///< [size + 1], into m_ids
};

} // namespace spectune
