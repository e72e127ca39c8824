// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringView>

#include <vector>

namespace spectune {

/// What a token's chip shows of one line of text: tabs as "⇥", control and direction characters by number ("U+202E"), a
/// mark that stands alone on a dotted circle. At most @p most characters, then "…".
[[nodiscard]] QString visibleText(QStringView line, qsizetype most = 256);

/// Whether it must be laid out as a whole: right-to-left text, joined scripts, emoji, marks.
[[nodiscard]] bool needsShaping(QStringView text);

/// Places where @p text may be cut without breaking a character as a person sees it, its end included; ascending.
[[nodiscard]] std::vector<qsizetype> characterEnds(const QString& text);

} // namespace spectune
