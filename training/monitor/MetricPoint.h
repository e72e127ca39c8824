// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace spectune {

/// One optimizer step, one line of metrics.jsonl. What is not finite (a skipped step) is NaN here and null there.
struct MetricPoint {
    std::int64_t step = 0; ///< t + 1: steps done
    double loss = 0.0; ///< task only, before the step's update
    double orth = 0.0; ///< R, without γ
    double lr = 0.0; ///< used in the step
    std::int64_t budget = 0; ///< b(t)
    double gradNorm = 0.0; ///< before clipping, γ∇R included
    std::int64_t tokens = 0; ///< loss-bearing ones of the batch
    double seconds = 0.0; ///< since the run's start
    std::string skipped; ///< why the step was skipped; empty: it was not
};

/// One evaluation, a line of its own in metrics.jsonl.
struct EvalPoint {
    std::int64_t step = 0; ///< steps done
    double evalLoss = 0.0; ///< mean per loss-bearing token
    std::map<std::string, double> metrics; ///< of the task: "perplexity", …
};

/// One masking event, one line of ranks.jsonl.
struct MaskEvent {
    std::int64_t step = 0; ///< t + 1
    std::int64_t budget = 0;
    std::vector<std::int32_t> ranks; ///< in the layout's order
    std::int64_t pruned = 0; ///< against the previous event's pattern; before the first, all are kept
    std::int64_t revived = 0;
};

} // namespace spectune
