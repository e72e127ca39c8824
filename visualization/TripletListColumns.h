// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/TripletList.h"

namespace spectune {

namespace tripletlist {

inline constexpr int headHeight = 18;
inline constexpr int rowHeight = 20;
inline constexpr int footHeight = 20; ///< the threshold's figure
inline constexpr double scrollWidth = 5.0;
inline constexpr int restHeight = 18; ///< "11 more above, all kept"

} // namespace tripletlist

/// Left edges and widths of the list's columns, in pixels, and the axis of S.
struct TripletList::Columns {
    double index = 0.0; ///< right edge of the triplet's number
    double bar = 0.0;
    double barWidth = 0.0;
    double value = 0.0; ///< right edge of λ
    double score = 0.0;
    double scoreWidth = 0.0;
    double mark = 0.0; ///< centre of the tick or triangle
    double when = 0.0; ///< right edge of "kept" or the step
    double logLow = -8.0; ///< log10 of S at the axis' ends
    double logHigh = -4.0;
};

} // namespace spectune
