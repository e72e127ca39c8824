// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <array>
#include <charconv>
#include <cmath>
#include <concepts>

namespace spectune {

/// The fewest digits that read back as the same value, with a point in every language; empty for what is not finite.
template <std::floating_point Number>
[[nodiscard]] QString csvNumber(Number value)
{
    if (!std::isfinite(value)) {
        return {};
    }
    std::array<char, 32> text {};
    const auto written = std::to_chars(text.data(), text.data() + text.size(), value);
    return QString::fromLatin1(text.data(), written.ptr - text.data());
}

/// A text as one cell of a table, whatever it has of commas and quotes: in quotes, and its own ones doubled.
[[nodiscard]] inline QString csvText(const QString& text)
{
    QString inner = text;
    return QLatin1Char('"') + inner.replace(QLatin1Char('"'), QLatin1String("\"\"")) + QLatin1Char('"');
}

} // namespace spectune
