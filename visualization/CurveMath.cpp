// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/CurveMath.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>

namespace spectune {

namespace {

constexpr std::size_t blockSize = 64;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// The smallest of {1, 2, 2.5, 5} × 10ⁿ that is at least @p raw.
double niceStep(double raw, bool whole)
{
    const double power = std::pow(10.0, std::floor(std::log10(raw)));
    for (const double factor : {1.0, 2.0, 2.5, 5.0, 10.0}) {
        const double step = factor * power;
        if (step >= raw * (1.0 - 1e-9) && (!whole || std::abs(step - std::round(step)) < 1e-9)) {
            return step;
        }
    }
    return 10.0 * power;
}

std::vector<double> multiples(double low, double high, double step)
{
    std::vector<double> ticks;
    for (double n = std::ceil(low / step - 1e-9); n * step <= high + step * 1e-9; n += 1.0) {
        ticks.push_back(n == 0.0 ? 0.0 : n * step);
    }
    return ticks;
}

} // namespace

double Smoother::add(double value)
{
    if (!std::isfinite(value)) {
        return m_value;
    }
    ++m_count;
    const auto n = static_cast<double>(m_count);
    const double weight = m_count == 1 ? 0.0 : std::min(0.965, n / (n + 8.0));
    m_value = m_count == 1 ? value : weight * m_value + (1.0 - weight) * value;
    return m_value;
}

void CurveSeries::append(double x, double y)
{
    if (m_x.size() % blockSize == 0) {
        m_blocks.push_back({infinity, -infinity});
    }
    m_x.push_back(x);
    m_y.push_back(y);
    if (std::isfinite(y)) {
        m_blocks.back().low = std::min(m_blocks.back().low, y);
        m_blocks.back().high = std::max(m_blocks.back().high, y);
    }
}

void CurveSeries::clear()
{
    m_x.clear();
    m_y.clear();
    m_blocks.clear();
}

void CurveSeries::truncateAfter(double x)
{
    const auto keep = static_cast<std::size_t>(std::upper_bound(m_x.begin(), m_x.end(), x) - m_x.begin());
    if (keep == m_x.size()) {
        return;
    }
    const std::size_t whole = keep / blockSize * blockSize; // the block that is cut is filled again
    const std::vector<double> xs(
        m_x.begin() + static_cast<std::ptrdiff_t>(whole), m_x.begin() + static_cast<std::ptrdiff_t>(keep));
    const std::vector<double> ys(
        m_y.begin() + static_cast<std::ptrdiff_t>(whole), m_y.begin() + static_cast<std::ptrdiff_t>(keep));
    m_x.resize(whole);
    m_y.resize(whole);
    m_blocks.resize(whole / blockSize);
    for (std::size_t i = 0; i < xs.size(); ++i) {
        append(xs[i], ys[i]);
    }
}

std::size_t CurveSeries::lowerBound(double x) const
{
    return static_cast<std::size_t>(std::lower_bound(m_x.begin(), m_x.end(), x) - m_x.begin());
}

double CurveSeries::valueAt(double x) const
{
    for (auto i = static_cast<std::size_t>(std::upper_bound(m_x.begin(), m_x.end(), x) - m_x.begin()); i-- > 0;) {
        if (std::isfinite(m_y[i])) {
            return m_y[i];
        }
    }
    return nan;
}

CurveSeries::Extremes CurveSeries::extremes(std::size_t begin, std::size_t end) const
{
    Extremes result {infinity, -infinity};
    const auto take = [&result](double low, double high) {
        result.low = std::min(result.low, low);
        result.high = std::max(result.high, high);
    };
    for (std::size_t i = begin; i < end;) {
        if (i % blockSize == 0 && i + blockSize <= end) {
            take(m_blocks[i / blockSize].low, m_blocks[i / blockSize].high);
            i += blockSize;
            continue;
        }
        if (std::isfinite(m_y[i])) {
            take(m_y[i], m_y[i]);
        }
        ++i;
    }
    return result;
}

std::vector<ColumnSpan> CurveSeries::decimate(double from, double to, int columns) const
{
    std::vector<ColumnSpan> result;
    if (columns <= 0 || !(to > from) || m_x.empty()) {
        return result;
    }
    result.reserve(static_cast<std::size_t>(columns));
    std::size_t begin = lowerBound(from);
    for (int column = 0; column < columns && begin < m_x.size(); ++column) {
        const double border = from + (to - from) * (column + 1) / columns;
        const auto end = static_cast<std::size_t>(
            std::lower_bound(m_x.begin() + static_cast<std::ptrdiff_t>(begin), m_x.end(), border) - m_x.begin());
        const Extremes span = extremes(begin, end);
        if (span.low <= span.high) {
            std::size_t last = end - 1;
            while (last > begin && !std::isfinite(m_y[last])) {
                --last;
            }
            result.push_back({column, span.low, span.high, m_y[last]});
        }
        begin = end;
    }
    return result;
}

double percentile(std::vector<double> values, double part)
{
    const auto place = static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + place, values.end());
    return values[static_cast<std::size_t>(place)];
}

std::vector<double> niceTicks(double low, double high, int count)
{
    if (!std::isfinite(low) || !std::isfinite(high) || !(high > low) || count < 1) {
        return {};
    }
    return multiples(low, high, niceStep((high - low) / count, false));
}

std::vector<double> stepTicks(double low, double high, int count)
{
    if (!(high > low) || count < 1) {
        return {};
    }
    return multiples(low, high, niceStep(std::max(1.0, (high - low) / count), true));
}

std::vector<double> logTicks(double low, double high)
{
    if (!(low > 0.0) || !(high > low) || !std::isfinite(high)) {
        return {};
    }
    const int first = static_cast<int>(std::floor(std::log10(low) + 1e-9));
    const int last = static_cast<int>(std::floor(std::log10(high) + 1e-9));
    std::vector<double> ticks;
    const std::initializer_list<double> choices[] {
        {1.0}, {1.0, 2.0, 5.0}, {1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0}};
    for (const auto& factors : choices) {
        ticks.clear();
        for (int power = first; power <= last; ++power) {
            for (const double factor : factors) {
                const double tick = factor * std::pow(10.0, power);
                if (tick >= low * (1.0 - 1e-9) && tick <= high * (1.0 + 1e-9)) {
                    ticks.push_back(tick);
                }
            }
        }
        if (ticks.size() >= 2) { // one alone gives no scale
            break;
        }
    }
    return ticks;
}

} // namespace spectune
