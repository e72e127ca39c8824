// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/Message.h"

#include <string_view>

namespace spectune {

/// What a file is that holds no UTF-8 text, with what to do about it; empty where its first bytes tell of no such kind.
/// @param first the file's first 16 bytes, or all that it has
[[nodiscard]] Message whyNoText(std::string_view first);

} // namespace spectune
