// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/LengthBins.h"

#include <algorithm>
#include <bit>

namespace spectune {

namespace {

constexpr std::int64_t farOut = 4; ///< times the length that 99 of 100 samples keep to: off the axis
constexpr std::int64_t farLimit = 3; ///< times the axis: a limit beyond that is left out
constexpr std::int64_t ticks = 5;
constexpr std::int64_t binsPerTick = 8;

std::int64_t powerOfTwoPart(std::int64_t whole, std::int64_t part)
{
    return static_cast<std::int64_t>(
        std::bit_ceil(static_cast<std::uint64_t>(std::max<std::int64_t>((whole + part - 1) / part, 1))));
}

} // namespace

LengthBins LengthBins::of(std::span<const std::int32_t> lengths, std::int64_t limit)
{
    LengthBins bins;
    if (lengths.empty())
        return bins;
    const std::int64_t longest = std::max<std::int64_t>(lengths.back(), 1);
    const std::int64_t usual = std::max<std::int64_t>(lengths[(lengths.size() - 1) * 99 / 100], 1);
    std::int64_t end = std::min(longest, farOut * usual);
    if (limit <= farLimit * end)
        end = std::max(end, limit + limit / 32 + 1);
    bins.tick = powerOfTwoPart(end, ticks);
    bins.width = std::max<std::int64_t>(bins.tick / binsPerTick, 1);
    bins.counts.assign(static_cast<std::size_t>((end + bins.width - 1) / bins.width), 0);
    for (const std::int32_t length : lengths) {
        const auto bin = static_cast<std::size_t>((std::max<std::int64_t>(length, 1) - 1) / bins.width);
        if (bin < bins.counts.size())
            ++bins.counts[bin];
        else
            ++bins.beyond;
    }
    return bins;
}

std::int64_t LengthBins::highest() const
{
    return counts.empty() ? 0 : *std::ranges::max_element(counts);
}

QString LengthBins::toCsv() const
{
    QString text = QStringLiteral("from,to,samples\n");
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const std::int64_t from = static_cast<std::int64_t>(i) * width;
        text += QStringLiteral("%1,%2,%3\n").arg(from + 1).arg(from + width).arg(counts[i]);
    }
    if (beyond > 0)
        text += QStringLiteral("%1,,%2\n").arg(end() + 1).arg(beyond);
    return text;
}

} // namespace spectune
