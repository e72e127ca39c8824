// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/data/SentencePieceTokenizer.h"

#include "training/core/Error.h"
#include "training/core/FileAccess.h"

#include <sentencepiece_processor.h>

#include <algorithm>
#include <limits>

namespace spectune {

namespace {

namespace fs = std::filesystem;

/// A second normalizer_spec at a model's end: what it names replaces what the first one says (protobuf.dev, "Last One
/// Wins"). Field 3 of ModelProto, four bytes long: add_dummy_prefix (3) and remove_extra_whitespaces (4) are false.
constexpr std::string_view noPrefix("\x1A\x04\x18\x00\x20\x00", 6);

/// The library's memory and time grow faster than the text; longer ones are cut where that changes nothing.
constexpr std::size_t longText = 64U << 10U;

bool isAlphanumeric(char c) noexcept
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// The first single space between two ASCII letters or digits from @p at on; npos where there is none.
std::size_t findCut(std::string_view text, std::size_t at) noexcept
{
    for (at = text.find(' ', at); at != std::string_view::npos && at + 1 < text.size(); at = text.find(' ', at + 1)) {
        if (at > 0 && isAlphanumeric(text[at - 1]) && isAlphanumeric(text[at + 1]))
            return at;
    }
    return std::string_view::npos;
}

} // namespace

SentencePieceTokenizer::SentencePieceTokenizer(const fs::path& folder)
    : m_processor(std::make_unique<sentencepiece::SentencePieceProcessor>())
    , m_settings(TokenizerSettings::read(folder))
{
    const std::string origin = (folder / "tokenizer.model").string();
    const std::string bytes = readText(origin, SentencePieceModel::maxBytes);
    m_model = SentencePieceModel::parse(bytes, origin);
    const auto status = m_processor->LoadFromSerializedProto(bytes);
    if (!status.ok())
        throw ioError("%1: sentencepiece cannot read it: %2", origin, status.ToString());

    m_special.bos = idOf("bos_token", m_processor->bos_id(), origin);
    m_special.eos = idOf("eos_token", m_processor->eos_id(), origin);
    m_special.unk = idOf("unk_token", m_processor->unk_id(), origin);
    m_special.pad = idOf("pad_token", m_processor->pad_id(), origin);
    m_special.addBos
        = m_special.bos && (m_settings.start ? *m_settings.start == piece(*m_special.bos) : m_settings.addBos);

    const int pieces = m_processor->GetPieceSize();
    const auto& added = m_settings.added;
    for (const AddedToken& token : added) {
        if (token.id < pieces && m_processor->IdToPiece(token.id) != token.content)
            throw configError("%1: the added token \"%2\" has the id %3, which is \"%4\" in tokenizer.model.", folder,
                token.content, token.id, m_processor->IdToPiece(token.id));
        const int known = m_processor->PieceToId(token.content); // the unknown piece's, where it is none
        if (known != token.id && m_processor->IdToPiece(known) == token.content)
            throw configError("%1: the added token \"%2\" has the id %3, but in tokenizer.model it has the id %4.",
                folder, token.content, token.id, known);
    }
    m_vocabularySize = added.empty() ? pieces : std::max<std::int64_t>(pieces, std::int64_t {added.back().id} + 1);
}

SentencePieceTokenizer::~SentencePieceTokenizer() = default;

std::optional<std::int32_t> SentencePieceTokenizer::idOf(
    const std::string& role, int libraryId, const std::string& origin) const
{
    const auto found = m_settings.roles.find(role);
    if (found == m_settings.roles.end())
        return libraryId >= 0 ? std::optional<std::int32_t>(libraryId) : std::nullopt;
    if (!found->second)
        return std::nullopt;
    for (const AddedToken& token : m_settings.added) {
        if (token.content == *found->second)
            return token.id;
    }
    const int id = m_processor->PieceToId(*found->second);
    if (m_processor->IdToPiece(id) == *found->second)
        return id;
    if (role == "pad_token" || role == "unk_token")
        return std::nullopt; // of no consequence for training
    throw configError("%1: %2 is \"%3\", which is no token of it.", origin, role, *found->second);
}

const sentencepiece::SentencePieceProcessor& SentencePieceTokenizer::withoutPrefix() const
{
    std::call_once(m_withoutPrefixOnce, [this] {
        auto processor = std::make_unique<sentencepiece::SentencePieceProcessor>();
        const auto status = processor->LoadFromSerializedProto(m_processor->serialized_model_proto().append(noPrefix));
        if (!status.ok())
            throw Error(FailureKind::Internal,
                makeMessage("sentencepiece could not load a model again: %1", status.ToString()));
        m_withoutPrefix = std::move(processor);
    });
    return *m_withoutPrefix;
}

void SentencePieceTokenizer::appendPlain(
    std::string_view text, std::size_t offset, bool bare, std::vector<Token>& tokens) const
{
    if (text.size() > std::numeric_limits<std::int32_t>::max() / 2)
        throw configError("A text of more than 1 GiB cannot be tokenised as one; use JSONL with one sample a line.");
    sentencepiece::ImmutableSentencePieceText result;
    const auto status = (bare ? withoutPrefix() : *m_processor).Encode(text, result.mutable_proto());
    if (!status.ok())
        throw Error(
            FailureKind::Internal, makeMessage("sentencepiece could not tokenise a text: %1", status.ToString()));
    const std::size_t first = tokens.size();
    std::size_t bytePieces = first; // where the byte pieces of the current character begin
    for (const auto& piece : result.pieces()) {
        const auto id = static_cast<std::int32_t>(piece.id());
        const Token token {id, offset + piece.begin(), offset + piece.end()};
        tokens.push_back(token);
        if (!m_processor->IsByte(id)) {
            bytePieces = tokens.size();
        } else if (token.end > token.begin) {
            // The library gives the whole character to its last byte and nothing to the others.
            for (; bytePieces < tokens.size(); ++bytePieces) {
                tokens[bytePieces].begin = token.begin;
                tokens[bytePieces].end = token.end;
            }
        }
    }
}

void SentencePieceTokenizer::appendLong(
    std::string_view text, std::size_t offset, bool bare, std::vector<Token>& tokens, const StopToken& stop) const
{
    std::size_t begin = 0;
    while (true) {
        stop.throwIfStopped();
        const std::size_t cut
            = text.size() - begin > longText ? findCut(text, begin + longText) : std::string_view::npos;
        const std::size_t first = tokens.size();
        appendPlain(text.substr(begin, std::min(cut, text.size()) - begin), offset + begin, bare && begin == 0, tokens);
        // The space at the cut belongs to the token that has its mark.
        if (begin > 0 && !m_model.whitespaceAsSuffix && first < tokens.size())
            --tokens[first].begin;
        if (cut == std::string_view::npos)
            return;
        if (m_model.whitespaceAsSuffix && first < tokens.size())
            ++tokens.back().end;
        begin = cut + 1;
    }
}

std::vector<Token> SentencePieceTokenizer::encodeDocument(std::string_view text, const StopToken& stop) const
{
    std::vector<Token> tokens;
    bool afterAdded = false;
    for (const TextPart& part : splitAtAddedTokens(text, m_settings.added)) {
        stop.throwIfStopped();
        const std::string_view plain = text.substr(part.begin, part.end - part.begin);
        const bool bare = afterAdded && !m_settings.legacy && (m_model.addDummyPrefix || m_model.removeExtraWhitespace);
        // A dummy suffix and what is done to white space would differ from one part to the next.
        const bool mayCut
            = m_model.mayCutAtSpaces() && !(bare && (m_model.whitespaceAsSuffix || m_model.removeExtraWhitespace));
        if (part.token != nullptr)
            tokens.push_back({part.token->id, part.begin, part.end});
        else if (plain.size() > longText && mayCut)
            appendLong(plain, part.begin, bare, tokens, stop);
        else
            appendPlain(plain, part.begin, bare, tokens);
        afterAdded = part.token != nullptr;
    }
    return tokens;
}

std::vector<Token> SentencePieceTokenizer::encodeWithOffsets(std::string_view text) const
{
    return encodeDocument(text, {});
}

std::vector<std::int32_t> SentencePieceTokenizer::encode(std::string_view text) const
{
    std::vector<std::int32_t> ids;
    for (const Token& token : encodeWithOffsets(text))
        ids.push_back(token.id);
    return ids;
}

const AddedToken* SentencePieceTokenizer::findAdded(std::int32_t id) const
{
    for (const AddedToken& token : m_settings.added) {
        if (token.id == id)
            return &token;
    }
    return nullptr;
}

std::string SentencePieceTokenizer::decode(std::span<const std::int32_t> ids) const
{
    std::string text;
    std::vector<int> run;
    const auto flush = [&] {
        std::string part;
        if (!run.empty() && m_processor->Decode(run, &part).ok())
            text += part;
        run.clear();
    };
    for (const std::int32_t id : ids) {
        const AddedToken* token = findAdded(id);
        if (token != nullptr && token->special)
            continue;
        if (id >= 0 && id < m_processor->GetPieceSize()) {
            if (!m_processor->IsControl(id))
                run.push_back(id);
        } else if (token != nullptr) {
            flush();
            text += token->content;
        }
    }
    flush();
    return text;
}

std::string SentencePieceTokenizer::piece(std::int32_t id) const
{
    if (id >= 0 && id < m_processor->GetPieceSize())
        return m_processor->IdToPiece(id);
    const AddedToken* token = findAdded(id);
    return token != nullptr ? token->content : '<' + std::to_string(id) + '>';
}

Message SentencePieceTokenizer::describe() const
{
    const auto beyond = m_vocabularySize > m_processor->GetPieceSize()
        ? std::count_if(m_settings.added.begin(), m_settings.added.end(),
            [this](const AddedToken& token) { return token.id >= m_processor->GetPieceSize(); })
        : 0;
    return beyond == 0 ? makeMessage("sentencepiece %1, %2 pieces", m_model.type, m_model.pieces)
                       : makeMessage("sentencepiece %1, %2 pieces and %3 added", m_model.type, m_model.pieces, beyond);
}

} // namespace spectune
