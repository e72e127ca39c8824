// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RankTrial.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <random>

namespace spectune {

namespace {

constexpr double rate = 0.05;
constexpr double startScale = 0.3;

// std::normal_distribution differs between libraries; the same trial shall give the same marks everywhere.
class Normal {
public:
    explicit Normal(std::uint32_t seed)
        : m_generator(seed)
    {
    }

    double operator()()
    {
        const double radius = std::sqrt(-2.0 * std::log(uniform()));
        return radius * std::cos(2.0 * std::numbers::pi * uniform());
    }

private:
    double uniform() { return (static_cast<double>(m_generator()) + 0.5) / 4294967296.0; } // 0 … 1, neither of them

    std::mt19937 m_generator;
};

// With a short memory of the squares: the first large gradients must not hold back the last steps, or what has not yet
// converged would look stuck.
struct Adam {
    explicit Adam(std::size_t count)
        : first(count)
        , second(count)
    {
    }

    void step(std::vector<double>& values, const std::vector<double>& gradient, double now)
    {
        beta1 *= 0.9;
        beta2 *= 0.95;
        for (std::size_t i = 0; i < values.size(); ++i) {
            first[i] = 0.9 * first[i] + 0.1 * gradient[i];
            second[i] = 0.95 * second[i] + 0.05 * gradient[i] * gradient[i];
            values[i] -= now * first[i] / (1.0 - beta1) / (std::sqrt(second[i] / (1.0 - beta2)) + 1e-8);
        }
    }

    std::vector<double> first;
    std::vector<double> second;
    double beta1 = 1.0; ///< its power of the step
    double beta2 = 1.0;
};

} // namespace

RankTrial::RankTrial(int equations, std::uint32_t seed)
    : m_equations(std::clamp(equations, 1, mostEquations))
    , m_gradients(static_cast<std::size_t>(m_equations) * side * side)
    , m_labels(static_cast<std::size_t>(m_equations))
{
    Normal normal(seed);
    for (double& value : m_gradients)
        value = normal() / std::sqrt(static_cast<double>(side));
    for (double& label : m_labels)
        label = normal() > 0.0 ? 1.0 : -1.0;
}

double RankTrial::lossAt(const Values& change, Values& gradient) const
{
    std::fill(gradient.begin(), gradient.end(), 0.0);
    double loss = 0.0;
    const std::size_t size = change.size();
    for (std::size_t i = 0; i < m_labels.size(); ++i) {
        const double* row = m_gradients.data() + i * size;
        double output = 0.0;
        for (std::size_t j = 0; j < size; ++j)
            output += row[j] * change[j];
        const double error = output - m_labels[i];
        loss += error * error / m_equations;
        const double factor = 2.0 * error / m_equations;
        for (std::size_t j = 0; j < size; ++j)
            gradient[j] += factor * row[j];
    }
    return loss;
}

double RankTrial::train(int rank, int start, const std::atomic<bool>& stop, std::vector<float>* course) const
{
    const auto r = static_cast<std::size_t>(rank);
    constexpr std::size_t n = side;
    Normal normal(static_cast<std::uint32_t>(1000 * rank + start));
    Values factors(2 * n * r); // B [side, r], then Aᵀ [side, r]
    for (double& value : factors)
        value = startScale * normal() / std::sqrt(static_cast<double>(rank));
    Values slope(factors.size());
    Values change(n * n);
    Values gradient(n * n);
    Adam adam(factors.size());
    for (int step = 0;; ++step) {
        if (stop)
            return std::numeric_limits<double>::quiet_NaN();
        const double* b = factors.data();
        const double* a = b + n * r;
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j) {
                double sum = 0.0;
                for (std::size_t k = 0; k < r; ++k)
                    sum += b[i * r + k] * a[j * r + k];
                change[i * n + j] = sum;
            }
        double loss = lossAt(change, gradient);
        for (const double value : factors)
            loss += 0.5 * weightDecay * value * value;
        if (course)
            course->push_back(static_cast<float>(loss));
        if (step == steps)
            return loss;
        std::transform(factors.begin(), factors.end(), slope.begin(), [](double value) { return weightDecay * value; });
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j)
                for (std::size_t k = 0; k < r; ++k) {
                    slope[i * r + k] += gradient[i * n + j] * a[j * r + k];
                    slope[n * r + j * r + k] += gradient[i * n + j] * b[i * r + k];
                }
        adam.step(factors, slope, 0.5 * rate * (1.0 + std::cos(std::numbers::pi * step / steps)));
    }
}

} // namespace spectune
