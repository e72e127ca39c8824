// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <cstdint>
#include <span>
#include <vector>

namespace spectune {

/// Sample lengths in equally wide bins. Widths and ticks are powers of two, as limits on lengths are, so that the limit
/// stands between two bins wherever it can.
struct LengthBins {
    std::int64_t width = 1; ///< of a bin, tokens: bin k counts the lengths above k · width up to (k + 1) · width
    std::int64_t tick = 1; ///< between two labels of the axis
    std::vector<std::int64_t> counts;
    std::int64_t beyond = 0; ///< longer than the axis: a few very long samples do not press the others together

    /// @param lengths of samples, ascending; @param limit data.max_length,
    /// on the axis unless it is far beyond all samples
    [[nodiscard]] static LengthBins of(std::span<const std::int32_t> lengths, std::int64_t limit);

    [[nodiscard]] std::int64_t end() const { return width * static_cast<std::int64_t>(counts.size()); }
    [[nodiscard]] std::int64_t highest() const; ///< of the counts; 0 where there are none
    [[nodiscard]] QString toCsv() const; ///< "from,to,samples"
};

} // namespace spectune
