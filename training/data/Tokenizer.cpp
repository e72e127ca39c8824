// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/data/Tokenizer.h"

#include "training/core/Error.h"
#include "training/core/FileAccess.h"
#include "training/data/SentencePieceTokenizer.h"

namespace spectune {

std::shared_ptr<const Tokenizer> loadTokenizer(const std::filesystem::path& folder)
{
    std::error_code error;
    if (!std::filesystem::is_directory(folder, error))
        throw configError("%1: there is no such model folder.", folder);
    if (fileExists(folder / "tokenizer.model"))
        return std::make_shared<const SentencePieceTokenizer>(folder);
    const std::filesystem::path json = folder / "tokenizer.json";
    if (fileExists(json))
        throw configError(
            "%1: this kind of tokenizer is not read yet. A folder with a sentencepiece tokenizer.model works.", json);
    throw configError("%1: has no tokenizer.model.", folder);
}

} // namespace spectune
