// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/session/TryRequests.h"

#include <QString>

#include <span>
#include <vector>

namespace spectune {

/// A value and half the width of its 95 % interval (normal approximation, over samples; of a share after Agresti and
/// Coull); half 0: not known.
struct Estimate {
    double value = 0.0;
    double half = 0.0;
};

enum class SampleFilter {
    All,
    Fixed, ///< base wrong, tuned right
    Broken, ///< base right, tuned wrong: what tuning cost
    Wrong ///< both wrong
};

/// What the judged samples say of both sides.
struct TryScores {
    std::int64_t samples = 0; ///< judged
    std::int64_t answered = 0; ///< those with one completion, which can be right or wrong
    std::int64_t tokens = 0; ///< loss-bearing
    std::int64_t bothRight = 0;
    std::int64_t fixed = 0;
    std::int64_t broken = 0;
    std::int64_t bothWrong = 0;
    Estimate loss[2]; ///< base, tuned: mean per loss-bearing token
    Estimate exact[2]; ///< share of right answers, 0 … 1
};

/// The loss is a ratio of sums over samples, so its variance is that of the ratio estimator:
/// Σ (lossᵢ − L · tokensᵢ)² / (n (n − 1) · mean(tokens)²).
[[nodiscard]] TryScores scoresOf(std::span<const SampleVerdict> verdicts);
[[nodiscard]] bool passes(const SampleVerdict& verdict, SampleFilter filter);

/// The labels of a classification: the distinct expected answers, sorted, where they are few and short, and come again
/// and again; empty for data of another kind. @param answers of the samples known so far
[[nodiscard]] std::vector<std::string> labelsAmong(const std::vector<std::string>& answers);
/// P(label | prompt, it is one of the labels) from the scores of all labels. @param losses −log P of each
[[nodiscard]] std::vector<double> labelChances(std::span<const double> losses);

} // namespace spectune
