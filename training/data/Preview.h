// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/data/Progress.h"
#include "training/session/Requests.h"

#include <string>

namespace spectune {

/// One sample as training would see it, with its tokens. @throws Error (Config, Io); Stopped
[[nodiscard]] DataPreview previewData(const PreviewData& request, const Progress& progress = {});

/// The folder's headers and tokenizer, no weights. A tokenizer that cannot be read is named in `tokenizer` in words
/// instead of failing the rest. @throws Error (Config, Io)
[[nodiscard]] ModelSummary inspectModel(const std::string& folder);

} // namespace spectune
