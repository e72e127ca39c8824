// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/data/SentencePieceModel.h"

#include "training/core/Error.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

namespace spectune {

namespace {

constexpr std::string_view spaceMark = "\xE2\x96\x81"; // U+2581

/// One field of a protocol buffer message: a number or a run of bytes.
struct Field {
    std::uint64_t number = 0;
    std::uint64_t value = 0;
    std::string_view bytes;
    unsigned wireType = 0;
};

/// Walks the fields of a protocol buffer message (protobuf.dev, "Encoding").
class FieldReader {
public:
    FieldReader(std::string_view bytes, std::string_view origin)
        : m_rest(bytes)
        , m_origin(origin)
    {
    }

    bool next(Field& field)
    {
        if (m_rest.empty())
            return false;
        const std::uint64_t key = varint();
        field = {.number = key >> 3U, .bytes = {}, .wireType = static_cast<unsigned>(key & 7U)};
        if (field.number == 0)
            fail();
        switch (field.wireType) {
        case 0: field.value = varint(); return true;
        case 1: take(8); return true;
        case 2: field.bytes = take(varint()); return true;
        case 5: take(4); return true;
        default: fail();
        }
    }

private:
    [[noreturn]] void fail() const
    {
        throw ioError("%1: is not a sentencepiece model, or it is damaged. Was the download finished?", m_origin);
    }

    std::uint64_t varint()
    {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            if (m_rest.empty())
                fail();
            const auto byte = static_cast<unsigned char>(m_rest.front());
            m_rest.remove_prefix(1);
            value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
            if (byte < 0x80U)
                return value;
        }
        fail();
    }

    std::string_view take(std::uint64_t size)
    {
        if (size > m_rest.size())
            fail();
        const std::string_view taken = m_rest.substr(0, size);
        m_rest.remove_prefix(size);
        return taken;
    }

    std::string_view m_rest;
    std::string m_origin;
};

bool crossesWords(std::string_view piece, bool suffix)
{
    if (piece.find(' ') != std::string_view::npos)
        return true;
    bool sawOther = false;
    bool sawMarkAfter = false;
    while (!piece.empty()) {
        const bool mark = piece.substr(0, spaceMark.size()) == spaceMark;
        if (!suffix && mark && sawOther)
            return true;
        if (suffix && !mark && sawMarkAfter)
            return true;
        (mark ? sawMarkAfter : sawOther) = true;
        piece.remove_prefix(mark ? spaceMark.size() : 1);
    }
    return false;
}

void readTrainer(std::string_view bytes, std::string_view origin, SentencePieceModel& model)
{
    static constexpr std::array<const char*, 5> types {"unigram", "unigram", "BPE", "word", "char"};
    FieldReader fields(bytes, origin);
    for (Field field; fields.next(field);) {
        if (field.number == 3 && field.wireType == 0 && field.value < types.size())
            model.type = types[field.value];
        else if (field.number == 24 && field.wireType == 0)
            model.whitespaceAsSuffix = field.value != 0;
    }
}

[[noreturn]] void refuseCharsMap(std::string_view origin)
{
    throw ioError("%1: the table that normalises characters is damaged. Was the download finished?", origin);
}

/// Follows every unit of the table's double-array trie (Darts-clone: four bytes its size, the trie, the replacements
/// with a NUL after each), because the library walks it without looking at its bounds.
void checkCharsMap(std::string_view map, std::string_view origin)
{
    constexpr std::uint32_t block = 256; // a unit's children: its offset and any byte
    constexpr std::uint32_t leaf = 1U << 31U;
    constexpr std::uint32_t hasValue = 1U << 8U;
    if (map.empty())
        return;
    std::uint32_t trieBytes = 0;
    if (map.size() < sizeof trieBytes)
        refuseCharsMap(origin);
    std::memcpy(&trieBytes, map.data(), sizeof trieBytes);
    map.remove_prefix(sizeof trieBytes);
    if (trieBytes == 0 || trieBytes % (block * sizeof(std::uint32_t)) != 0 || trieBytes >= map.size()
        || map.back() != '\0')
        refuseCharsMap(origin);
    std::vector<std::uint32_t> units(trieBytes / sizeof(std::uint32_t));
    std::memcpy(units.data(), map.data(), trieBytes);
    const std::size_t replacements = map.size() - trieBytes;
    for (std::size_t i = 0; i < units.size(); ++i) {
        const std::uint32_t unit = units[i];
        if ((unit & leaf) != 0 && i != 0)
            continue; // a value: no text leads on from it
        const std::size_t children = i ^ (static_cast<std::size_t>(unit >> 10U) << ((unit & (1U << 9U)) >> 6U));
        if (children >= units.size()) // whole blocks: so is every other child
            refuseCharsMap(origin);
        if ((unit & hasValue) != 0 && (units[children] & ~leaf) >= replacements)
            refuseCharsMap(origin);
    }
}

void readNormalizer(std::string_view bytes, std::string_view origin, SentencePieceModel& model)
{
    FieldReader fields(bytes, origin);
    for (Field field; fields.next(field);) {
        if (field.number == 1 && field.wireType == 2) {
            model.ruleName = field.bytes;
        } else if (field.number == 2 && field.wireType == 2) {
            checkCharsMap(field.bytes, origin);
            model.hasRules = !field.bytes.empty();
        } else if (field.number == 3 && field.wireType == 0) {
            model.addDummyPrefix = field.value != 0;
        } else if (field.number == 4 && field.wireType == 0) {
            model.removeExtraWhitespace = field.value != 0;
        }
    }
}

/// What undoes the normalisation when ids become text.
void checkDenormalizer(std::string_view bytes, std::string_view origin)
{
    FieldReader fields(bytes, origin);
    for (Field field; fields.next(field);) {
        if (field.number == 2 && field.wireType == 2)
            checkCharsMap(field.bytes, origin);
    }
}

} // namespace

bool SentencePieceModel::mayCutAtSpaces() const noexcept
{
    static constexpr std::array<std::string_view, 5> known {"identity", "nmt_nfkc", "nfkc", "nmt_nfkc_cf", "nfkc_cf"};
    const bool rulesOfOnesOwn = hasRules && std::ranges::find(known, ruleName) == known.end();
    return type == "BPE" && addDummyPrefix && !piecesCrossWords && !rulesOfOnesOwn;
}

SentencePieceModel SentencePieceModel::parse(std::string_view bytes, std::string_view origin)
{
    if (bytes.size() > maxBytes)
        throw ioError("%1: has %2 MiB; a sentencepiece model is far smaller.", origin, bytes.size() >> 20U);
    SentencePieceModel model {.type = "unigram", .ruleName = {}};
    FieldReader fields(bytes, origin);
    for (Field field; fields.next(field);) {
        if (field.wireType != 2)
            continue;
        if (field.number == 1)
            ++model.pieces;
        else if (field.number == 2)
            readTrainer(field.bytes, origin, model);
        else if (field.number == 3)
            readNormalizer(field.bytes, origin, model);
        else if (field.number == 5)
            checkDenormalizer(field.bytes, origin);
    }
    if (model.pieces == 0)
        throw ioError("%1: has no pieces, so it is no sentencepiece model.", origin);
    FieldReader again(bytes, origin);
    for (Field field; again.next(field);) {
        if (field.number != 1 || field.wireType != 2)
            continue;
        FieldReader piece(field.bytes, origin);
        for (Field part; piece.next(part);) {
            if (part.number == 1 && part.wireType == 2 && crossesWords(part.bytes, model.whitespaceAsSuffix))
                model.piecesCrossWords = true;
        }
    }
    return model;
}

} // namespace spectune
