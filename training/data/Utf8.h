// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace spectune {

/// The offset of the first byte that is not part of well-formed UTF-8 (Unicode table 3-7); npos where all is.
[[nodiscard]] std::size_t findInvalidUtf8(std::string_view text) noexcept;

/// @throws Error (Io) "FILE:LINE: …" for text that is not UTF-8; @p firstLine is the line of the text's first byte
void requireUtf8(std::string_view text, std::string_view file, std::int64_t firstLine);

/// The length of the longest beginning of @p text that has at most @p most bytes and ends with a whole character.
[[nodiscard]] std::size_t wholeCharacters(std::string_view text, std::size_t most) noexcept;

/// "\n" for every "\r\n", and for every "\r" of a text that has no "\n" (Mac OS before X); without a byte order mark.
void normaliseNewlines(std::string& text);

} // namespace spectune
