// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/data/Progress.h"
#include "training/data/SampleSource.h"
#include "training/data/Tokenizer.h"

#include <memory>
#include <string>
#include <vector>

namespace spectune {

/// A text, and the tokens that it is as a whole.
struct TokenisedText {
    RenderedSample rendered;
    std::vector<Token> tokens;
};

/// The data file and the tokenizer that were asked about last, still open: who looks at one sample after the other need
/// not have the file scanned for each. A file that was changed since, as its size and time tell, is opened anew.
/// Of one thread.
class SampleCache {
public:
    /// As openSamples(). @param path data.path or data.eval_path
    [[nodiscard]] std::shared_ptr<const SampleSource> samples(
        const std::string& path, const DataConfig& data, const Progress& progress);
    /// As loadTokenizer().
    [[nodiscard]] std::shared_ptr<const Tokenizer> tokenizer(const std::string& folder);
    /// The document behind samples() as training cuts it, which takes seconds. @pre isDocument()
    /// @throws Error (Io); Stopped
    [[nodiscard]] std::shared_ptr<const TokenisedText> document(const std::shared_ptr<const SampleSource>& source,
        const std::shared_ptr<const Tokenizer>& tokenizer, const StopToken& stop);

private:
    struct File {
        std::vector<std::string> key; ///< path, stamp and what the samples are made by
        std::shared_ptr<const SampleSource> source;
    };
    struct Folder {
        std::vector<std::string> key; ///< path and stamp
        std::shared_ptr<const Tokenizer> tokenizer;
    };
    struct Document {
        std::shared_ptr<const SampleSource> source;
        std::shared_ptr<const Tokenizer> tokenizer;
        std::shared_ptr<const TokenisedText> text;
    };
    File m_file;
    Folder m_folder;
    Document m_document;
};

} // namespace spectune
