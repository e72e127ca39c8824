// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstring>
#include <string>

namespace spectune::testing {

inline std::string varint(std::size_t value)
{
    std::string bytes;
    for (; value > 127; value >>= 7U)
        bytes += static_cast<char>(0x80U | (value & 0x7FU));
    return bytes + static_cast<char>(value);
}

/// A field of bytes in a protocol buffer message.
inline std::string field(unsigned number, const std::string& bytes)
{
    return static_cast<char>(number << 3U | 2U) + varint(bytes.size()) + bytes;
}

enum PieceType { Normal = 1, Unknown = 2, Control = 3 };

inline std::string piece(const std::string& text, int rank, PieceType type = Normal)
{
    const auto score = static_cast<float>(-rank);
    std::string bytes(sizeof score, '\0');
    std::memcpy(bytes.data(), &score, sizeof score);
    return field(1, field(1, text) + '\x15' + bytes + '\x18' + static_cast<char>(type));
}

/// @param normaliser bytes of its normalizer_spec beyond a dummy prefix and the white space left as it is
inline std::string model(const std::string& normaliser = {})
{
    std::string bytes = piece("<unk>", 0, Unknown) + piece("<s>", 0, Control) + piece("</s>", 0, Control)
        + piece("[INST]", 0, Control) + piece("[/INST]", 0, Control);
    int rank = 0;
    for (const char* text : {"▁a", "▁foo", ",,", ">\"", "▁f", "fo", "▁fo", "▁", "a", "b", "f", "o", "d", ">", "\"", "<",
             "/", "s", "[", "]", "I", "N", "S", "T", "é", "_", ",", "h", "i"})
        bytes += piece(text, rank++);
    return bytes + field(2, std::string("\x18\x02")) + field(3, std::string("\x18\x01\x20\x00", 4) + normaliser);
}

} // namespace spectune::testing
