// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/data/Progress.h"
#include "training/data/SampleCache.h"
#include "training/session/Requests.h"

#include <string>

namespace spectune {

/// One sample as training would see it, with its tokens. Of a very long sample only the beginning is tokenised, so that
/// the answer comes at once; a document, whose blocks are told by its tokens, is tokenised as a whole, once for all of
/// them. @throws Error (Config, Io); Stopped
[[nodiscard]] DataPreview previewData(const PreviewData& request, SampleCache& cache, const Progress& progress = {});

/// How long the training file's samples are. Documents have blocks of one length: they are refused.
/// @throws Error (Config, Io); Stopped
[[nodiscard]] SampleLengths measureLengths(
    const MeasureLengths& request, SampleCache& cache, const Progress& progress = {});

/// The folder's headers and tokenizer, no weights. A tokenizer that cannot be read is named in `tokenizer` in words
/// instead of failing the rest. @throws Error (Config, Io)
[[nodiscard]] ModelSummary inspectModel(const std::string& folder);

} // namespace spectune
