// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/data/TextTemplate.h"

#include "training/core/Error.h"

#include <algorithm>

namespace spectune {

namespace {

std::string resolve(const std::string& name, const std::map<std::string, std::string>& aliases)
{
    const auto found = aliases.find(name);
    return found == aliases.end() ? name : found->second;
}

} // namespace

TextTemplate::TextTemplate(std::string_view text, std::string answer, std::map<std::string, std::string> aliases)
    : m_answer(resolve(answer, aliases))
{
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t brace = std::min(text.find_first_of("{}", at), text.size());
        addLiteral(text.substr(at, brace - at));
        if (brace == text.size())
            break;
        const bool doubled = brace + 1 < text.size() && text[brace + 1] == text[brace];
        if (doubled) {
            addLiteral(text.substr(brace, 1));
            at = brace + 2;
            continue;
        }
        const std::size_t end = text.find_first_of("{}", brace + 1);
        if (text[brace] == '}' || end == std::string_view::npos || text[end] == '{' || end == brace + 1)
            throw configError("data.template: the brace at character %1 does not enclose a column's name; "
                              "write {{ or }} for a brace.",
                brace + 1);
        m_pieces.push_back({resolve(std::string(text.substr(brace + 1, end - brace - 1)), aliases), true});
        at = end + 1;
    }
    const auto isAnswer = [&](const Piece& piece) { return piece.isColumn && piece.text == m_answer; };
    if (!m_answer.empty() && std::none_of(m_pieces.begin(), m_pieces.end(), isAnswer))
        throw configError("data.template has no {%1}: that is what is to be learnt, the rest is its prompt.", answer);
    if (m_answer.empty() && columns().empty())
        throw configError("data.template names no column, such as {text}.");
}

void TextTemplate::addLiteral(std::string_view text)
{
    if (!text.empty())
        m_pieces.push_back({std::string(text), false});
}

RenderedSample TextTemplate::render(const Record& record) const
{
    RenderedSample sample {.text = {}, .spans = {}, .everyToken = m_answer.empty()};
    std::size_t begin = std::string::npos;
    for (const Piece& piece : m_pieces) {
        if (piece.isColumn && !m_answer.empty() && piece.text == m_answer)
            begin = std::min(begin, sample.text.size());
        sample.text += piece.isColumn ? record.at(piece.text) : piece.text;
    }
    if (begin != std::string::npos)
        sample.spans.push_back({begin, sample.text.size()});
    return sample;
}

std::vector<std::string> TextTemplate::columns() const
{
    std::vector<std::string> names;
    for (const Piece& piece : m_pieces) {
        if (piece.isColumn && std::find(names.begin(), names.end(), piece.text) == names.end())
            names.push_back(piece.text);
    }
    return names;
}

} // namespace spectune
