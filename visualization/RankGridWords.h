// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/RankGridState.h"

#include <QString>

#include <vector>

namespace spectune {

inline constexpr double legendWordsGap = 12.0; ///< between the legend's colours and its words, pixels

/// What stands beside the two lines of the rank grid's legend. Empty: there is no room for it.
struct LegendWords {
    QString bars; ///< what the histogram counts
    QString colours; ///< what a colour stands for, on which scale or how far
};

/// The fullest words that fit into @p room pixels, each line for itself. GUI thread: it measures text.
[[nodiscard]] LegendWords legendWords(const RankGridState& state, double room);
/// Width of each of the @p boxes of a legend of ranks or differences: what the words leave, 22 pixels at most.
[[nodiscard]] double legendBoxWidth(const RankGridState& state, int boxes);
/// Which whole values from 0 to @p last have a figure below their boxes, @p step pixels wide each, in ascending order:
/// both ends and what fits between them.
[[nodiscard]] std::vector<int> legendFigures(int last, double step);

/// A difference as a sentence's end.  @param delta triplets of another run, B to F, minus those of run A
/// @param several it is a sum over matrices
[[nodiscard]] QString differenceWords(int delta, bool several = false);

} // namespace spectune
