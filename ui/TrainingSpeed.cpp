// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/TrainingSpeed.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace spectune {

namespace {

/// A step takes so many times the usual one's time only where something else was done meanwhile: batches of the longest
/// samples stay below.
constexpr double gap = 10.0;
constexpr std::size_t mostSampled = 1000; ///< the usual step of a million is that of a thousand among them

/// 0: not known.
double secondsOfStep(const MetricPoint& before, const MetricPoint& point)
{
    const auto steps = static_cast<double>(point.step - before.step);
    return steps > 0.0 && point.seconds > before.seconds ? (point.seconds - before.seconds) / steps : 0.0;
}

double usualSeconds(std::span<const MetricPoint> points)
{
    std::vector<double> sampled;
    const std::size_t stride = points.size() / mostSampled + 1;
    for (std::size_t i = 1; i < points.size(); i += stride)
        if (const double seconds = secondsOfStep(points[i - 1], points[i]); seconds > 0.0)
            sampled.push_back(seconds);
    if (sampled.empty())
        return 0.0;
    const auto middle = sampled.begin() + static_cast<std::ptrdiff_t>(sampled.size() / 2);
    std::nth_element(sampled.begin(), middle, sampled.end());
    return *middle;
}

/// Without what took longer than @p longest a step, and without the evaluations' time.
double speed(std::span<const MetricPoint> points, std::span<const EvalPoint> evaluations, double longest)
{
    double tokens = 0.0;
    double seconds = 0.0;
    auto evaluation = evaluations.begin();
    for (std::size_t i = 1; i < points.size(); ++i) {
        const MetricPoint& before = points[i - 1];
        const MetricPoint& point = points[i];
        while (evaluation != evaluations.end() && evaluation->step < before.step)
            ++evaluation;
        const bool evaluated = evaluation != evaluations.end() && evaluation->step < point.step;
        const double ofStep = secondsOfStep(before, point);
        if (evaluated || ofStep <= 0.0 || ofStep > longest)
            continue;
        tokens += static_cast<double>(point.tokens) * static_cast<double>(point.step - before.step);
        seconds += point.seconds - before.seconds;
    }
    return seconds > 0.0 ? tokens / seconds : 0.0;
}

} // namespace

double trainingSpeed(std::span<const MetricPoint> points, std::span<const EvalPoint> evaluations)
{
    if (points.size() == 1) {
        const MetricPoint& only = points.front();
        return only.seconds > 0.0 ? static_cast<double>(only.tokens * only.step) / only.seconds : 0.0;
    }
    const double usual = usualSeconds(points);
    const double steady = speed(points, evaluations, gap * usual);
    if (steady > 0.0)
        return steady;
    return speed(points, {}, std::numeric_limits<double>::infinity()); // it was evaluated behind every step
}

} // namespace spectune
