// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/data/Utf8.h"

#include "training/core/Error.h"

#include <algorithm>
#include <array>

namespace spectune {

namespace {

/// Length of the well-formed sequence at the start of @p text; 0 where there is none. Not for ASCII.
std::size_t sequenceLength(std::string_view text) noexcept
{
    const auto byte
        = [&](std::size_t i) -> unsigned { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const unsigned first = byte(0);
    std::size_t length = 0;
    unsigned low = 0x80;
    unsigned high = 0xBF;
    if (first >= 0xC2 && first <= 0xDF) {
        length = 2;
    } else if (first >= 0xE0 && first <= 0xEF) {
        length = 3;
        low = first == 0xE0 ? 0xA0 : 0x80;
        high = first == 0xED ? 0x9F : 0xBF;
    } else if (first >= 0xF0 && first <= 0xF4) {
        length = 4;
        low = first == 0xF0 ? 0x90 : 0x80;
        high = first == 0xF4 ? 0x8F : 0xBF;
    }
    if (length == 0 || byte(1) < low || byte(1) > high)
        return 0;
    for (std::size_t i = 2; i < length; ++i) {
        if (byte(i) < 0x80 || byte(i) > 0xBF)
            return 0;
    }
    return length;
}

} // namespace

std::size_t findInvalidUtf8(std::string_view text) noexcept
{
    for (std::size_t at = 0; at < text.size();) {
        if (static_cast<unsigned char>(text[at]) < 0x80) {
            ++at;
            continue;
        }
        const std::size_t length = sequenceLength(text.substr(at, 4));
        if (length == 0)
            return at;
        at += length;
    }
    return std::string_view::npos;
}

void requireUtf8(std::string_view text, std::string_view file, std::int64_t firstLine)
{
    const std::size_t at = findInvalidUtf8(text);
    if (at == std::string_view::npos)
        return;
    const std::string_view before = text.substr(0, at);
    const std::int64_t line = firstLine + std::count(before.begin(), before.end(), '\n');
    const std::size_t newline = before.rfind('\n');
    const std::size_t column = newline == std::string_view::npos ? at : at - newline - 1;
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(text[at]);
    const std::array<char, 2> hex {digits[byte >> 4U], digits[byte & 15U]};
    throw ioError("%1:%2: byte %3 (0x%4) is not UTF-8. Save the file as UTF-8 first.", file, line, column + 1,
        std::string_view(hex.data(), hex.size()));
}

std::size_t wholeCharacters(std::string_view text, std::size_t most) noexcept
{
    if (text.size() <= most)
        return text.size();
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U) // within a character
        --most;
    return most;
}

void normaliseNewlines(std::string& text)
{
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    if (text.compare(0, mark.size(), mark) == 0)
        text.erase(0, mark.size());
    if (text.find('\n') == std::string::npos)
        std::replace(text.begin(), text.end(), '\r', '\n');
    std::size_t out = 0;
    for (std::size_t in = 0; in < text.size(); ++in) {
        if (text[in] == '\r' && in + 1 < text.size() && text[in + 1] == '\n')
            continue;
        text[out++] = text[in];
    }
    text.resize(out);
}

} // namespace spectune
