// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <cstdint>

namespace spectune {

/// Numbers as the studio writes them, the same in every language of the desktop: "1,106", "4.61e−4" with a true minus.
/// What is not finite reads "not finite".

[[nodiscard]] QString formatCount(std::int64_t value); ///< "17,920"
[[nodiscard]] QString formatFixed(double value, int decimals); ///< "−0.168"
[[nodiscard]] QString formatLoss(double value); ///< three decimals
[[nodiscard]] QString formatScientific(double value, int decimals = 2); ///< "4.61e−4", 0 is "0"
/// Two or three significant digits without an exponent where that is short: "0.0066", "1.2"; else scientific.
[[nodiscard]] QString formatShort(double value);
[[nodiscard]] QString formatGiB(double bytes); ///< "8.9 GiB"
[[nodiscard]] QString formatMB(double bytes); ///< "29.5 MB", for files
[[nodiscard]] QString formatFileSize(double bytes); ///< the same, "under 0.1 MB", and from 10⁹ bytes on "13.5 GB"
[[nodiscard]] QString formatPercent(double fraction); ///< "55 %"
[[nodiscard]] QString formatDuration(double seconds); ///< "42 s", "8 min 38 s", "2 h 05 min", "3 d 4 h"
[[nodiscard]] QString formatMeanRank(double value); ///< two decimals
[[nodiscard]] QString formatRank(double value); ///< "6", or "6.43" where it is a mean between two
/// A tick of a logarithmic axis without trailing zeros: "0.005", "0.1", "20", "1.52".
[[nodiscard]] QString formatLogTick(double value);
/// As few decimals as tell ticks @p step apart: 0.6, 0.8, 1.0.
[[nodiscard]] QString formatTick(double value, double step);

} // namespace spectune
