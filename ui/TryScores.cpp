// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/TryScores.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace spectune {

namespace {

constexpr double normal95 = 1.959963984540054; ///< 97.5 % quantile of the normal distribution

Estimate meanLoss(std::span<const SampleVerdict> verdicts, std::size_t side, std::int64_t tokens)
{
    if (tokens == 0)
        return {};
    double sum = 0.0;
    for (const SampleVerdict& verdict : verdicts)
        sum += verdict.sides[side].loss;
    Estimate estimate {.value = sum / static_cast<double>(tokens), .half = 0.0};
    const auto n = static_cast<double>(verdicts.size());
    if (verdicts.size() < 2)
        return estimate;
    double squares = 0.0;
    for (const SampleVerdict& verdict : verdicts) {
        const double rest = verdict.sides[side].loss - estimate.value * static_cast<double>(verdict.tokens);
        squares += rest * rest;
    }
    const double meanTokens = static_cast<double>(tokens) / n;
    estimate.half = normal95 * std::sqrt(squares / (n * (n - 1.0))) / meanTokens;
    return estimate;
}

Estimate share(std::int64_t right, std::int64_t answered)
{
    if (answered == 0)
        return {};
    // Two right and two wrong ones added, after Agresti and Coull (1998): none right of ten is not "0 ± 0".
    const double n = static_cast<double>(answered) + 4.0;
    const double p = (static_cast<double>(right) + 2.0) / n;
    return {.value = static_cast<double>(right) / static_cast<double>(answered),
        .half = normal95 * std::sqrt(p * (1.0 - p) / n)};
}

} // namespace

TryScores scoresOf(std::span<const SampleVerdict> verdicts)
{
    TryScores scores;
    for (const SampleVerdict& verdict : verdicts) {
        ++scores.samples;
        scores.tokens += verdict.tokens;
        if (verdict.expected.empty())
            continue;
        ++scores.answered;
        const bool base = verdict.sides[0].right;
        const bool tuned = verdict.sides[1].right;
        ++(base ? (tuned ? scores.bothRight : scores.broken) : (tuned ? scores.fixed : scores.bothWrong));
    }
    for (std::size_t side = 0; side < 2; ++side)
        scores.loss[side] = meanLoss(verdicts, side, scores.tokens);
    scores.exact[0] = share(scores.bothRight + scores.broken, scores.answered);
    scores.exact[1] = share(scores.bothRight + scores.fixed, scores.answered);
    return scores;
}

bool passes(const SampleVerdict& verdict, SampleFilter filter)
{
    if (filter == SampleFilter::All)
        return true;
    if (verdict.expected.empty())
        return false;
    const bool base = verdict.sides[0].right;
    const bool tuned = verdict.sides[1].right;
    switch (filter) {
    case SampleFilter::Fixed: return !base && tuned;
    case SampleFilter::Broken: return base && !tuned;
    default: return !base && !tuned;
    }
}

std::vector<std::string> labelsAmong(const std::vector<std::string>& answers)
{
    constexpr std::size_t mostLabels = 12;
    constexpr std::size_t longestLabel = 32; // bytes
    constexpr std::size_t leastRepeats = 3; // samples a label, on the mean
    std::map<std::string, std::size_t> counts;
    for (const std::string& answer : answers) {
        if (answer.empty() || answer.size() > longestLabel || counts.size() > mostLabels)
            return {};
        ++counts[answer];
    }
    if (counts.size() < 2 || counts.size() > mostLabels || answers.size() < leastRepeats * counts.size())
        return {};
    std::vector<std::string> labels;
    for (const auto& [label, count] : counts)
        labels.push_back(label);
    return labels;
}

std::vector<double> labelChances(std::span<const double> losses)
{
    std::vector<double> chances(losses.begin(), losses.end());
    if (chances.empty())
        return chances;
    const double least = *std::min_element(chances.begin(), chances.end());
    double sum = 0.0;
    for (double& chance : chances)
        sum += chance = std::exp(least - chance);
    for (double& chance : chances)
        chance /= sum;
    return chances;
}

} // namespace spectune
