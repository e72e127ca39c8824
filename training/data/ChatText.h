// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/data/Record.h"
#include "training/data/SampleSource.h"

#include <string_view>

namespace spectune {

/// Renders {"messages": [{"role", "content"}, …]} with roles system, user and assistant. The contents of the
/// assistant's turns are the loss spans. @throws Error (Io) naming file, line and field ("messages[2].role")
[[nodiscard]] RenderedSample renderChat(std::string_view json, const RecordPlace& place);

} // namespace spectune
