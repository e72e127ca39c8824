// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/TokenText.h"

#include <QTextBoundaryFinder>

#include <algorithm>

namespace spectune {

namespace {

constexpr char32_t zeroWidthNonJoiner = 0x200C;
constexpr char32_t zeroWidthJoiner = 0x200D;
constexpr char32_t dottedCircle = 0x25CC;
constexpr char32_t firstCombining = 0x0300; ///< nothing below has a mark, a direction or a joined form

QString byNumber(char32_t character)
{
    return QStringLiteral("U+%1").arg(static_cast<uint>(character), 4, 16, QLatin1Char('0')).toUpper();
}

QString asText(char32_t character)
{
    return QString::fromUcs4(&character, 1);
}

bool isMark(char32_t character)
{
    const QChar::Category category = QChar::category(character);
    return category == QChar::Mark_NonSpacing || category == QChar::Mark_SpacingCombining
        || category == QChar::Mark_Enclosing;
}

QString shown(char32_t character, bool first, bool last)
{
    if (character == U'\t')
        return QStringLiteral("⇥");
    if (isMark(character))
        return first ? asText(dottedCircle) + asText(character) : asText(character);
    // Joiners make one picture of several emoji; at an edge they join nothing.
    const bool joiner = character == zeroWidthJoiner || character == zeroWidthNonJoiner;
    switch (QChar::category(character)) {
    case QChar::Other_Control:
    case QChar::Other_Surrogate:
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph: return byNumber(character);
    case QChar::Other_Format: return joiner && !first && !last ? asText(character) : byNumber(character);
    default: return asText(character);
    }
}

} // namespace

QString visibleText(QStringView line, qsizetype most)
{
    QString text;
    qsizetype at = 0;
    for (qsizetype count = 0; at < line.size() && count < most; ++count) {
        const qsizetype begin = at;
        char32_t character = line[at++].unicode();
        if (QChar::isHighSurrogate(character) && at < line.size() && line[at].isLowSurrogate()) {
            character = QChar::surrogateToUcs4(line[begin], line[at]);
            ++at;
        }
        text += shown(character, begin == 0, at == line.size());
    }
    return at < line.size() ? text + QStringLiteral("…") : text;
}

bool needsShaping(QStringView text)
{
    return std::ranges::any_of(text, [](QChar c) {
        const char32_t code = c.unicode();
        const bool symbol = (code >= 0x2000 && code < 0x20D0) || (code >= 0x2100 && code < 0x2B00); // "…", "⏎", "⇥"
        return code >= firstCombining && !symbol;
    });
}

std::vector<qsizetype> characterEnds(const QString& text)
{
    std::vector<qsizetype> ends;
    QTextBoundaryFinder finder(QTextBoundaryFinder::Grapheme, text);
    for (qsizetype end = finder.toNextBoundary(); end > 0; end = finder.toNextBoundary())
        ends.push_back(end);
    return ends;
}

} // namespace spectune
