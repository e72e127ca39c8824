// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/CurveMath.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>

namespace spectune {

namespace {

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
    m_recent[static_cast<std::size_t>(m_count) % m_recent.size()] = value;
    ++m_count;
    const auto n = static_cast<double>(m_count);
    const double weight = std::min(m_weight, n / (n + 8.0));
    // All values become one step older. Sums of higher powers first: they need the lower ones as they were.
    m_squares = weight * (m_squares + 2.0 * m_ages + m_weights);
    m_ages = weight * (m_ages + m_weights);
    m_weights = weight * m_weights + 1.0;
    m_moments = weight * (m_moments + m_values);
    m_values = weight * m_values + value;
    const double spread = m_weights * m_squares - m_ages * m_ages;
    // Without a spread of ages (one value, or weight 0) there is no slope.
    m_value = spread > 1e-9 * m_weights * m_weights ? (m_squares * m_values - m_ages * m_moments) / spread
                                                    : m_values / m_weights;
    // Where a steep fall ends the line goes on below all that was measured, even below 0, which no loss is.
    const auto known
        = std::span(m_recent).first(std::min<std::size_t>(static_cast<std::size_t>(m_count), m_recent.size()));
    const auto [low, high] = std::ranges::minmax(known);
    m_value = std::clamp(m_value, low, high);
    return m_value;
}

void CurveSeries::append(double x, double y)
{
    Data& data = *m_data;
    const std::size_t index = data.x.size();
    data.x.push_back(x);
    data.y.push_back(y);
    const Extremes own = std::isfinite(y) ? Extremes {y, y} : Extremes {infinity, -infinity};
    std::size_t block = index;
    for (std::vector<Extremes>& level : data.levels) {
        block /= fanOut;
        if (block == level.size()) {
            level.push_back(own);
            continue;
        }
        level.back().low = std::min(level.back().low, own.low);
        level.back().high = std::max(level.back().high, own.high);
    }
}

void CurveSeries::clear()
{
    m_data = new Data;
}

void CurveSeries::truncateAfter(double x)
{
    const std::size_t keep = countUpTo(x);
    if (keep == size()) {
        return;
    }
    Data& data = *m_data;
    data.x.resize(keep);
    data.y.resize(keep);
    std::size_t length = 1;
    for (std::vector<Extremes>& blocks : data.levels) {
        length *= fanOut;
        blocks.resize((keep + length - 1) / length);
        if (keep % length != 0) { // a block is cut: it is taken anew, from the levels below
            std::size_t visited = 0;
            blocks.back() = extremes(keep / length * length, keep, visited);
        }
    }
}

std::size_t CurveSeries::countUpTo(double x) const
{
    return static_cast<std::size_t>(std::ranges::upper_bound(m_data->x, x) - m_data->x.begin());
}

std::size_t CurveSeries::lowerBound(double x) const
{
    return static_cast<std::size_t>(std::lower_bound(m_data->x.begin(), m_data->x.end(), x) - m_data->x.begin());
}

double CurveSeries::valueAt(double x) const
{
    const std::size_t found = finiteEnd(0, countUpTo(x));
    return found == 0 ? nan : m_data->y[found - 1];
}

std::size_t CurveSeries::finiteEnd(std::size_t begin, std::size_t end) const
{
    while (end > begin && !std::isfinite(m_data->y[end - 1])) {
        std::size_t step = 1;
        std::size_t length = fanOut;
        for (const std::vector<Extremes>& level : m_data->levels) { // over the greatest block without a finite value
            if (end % length != 0 || end - begin < length
                || level[end / length - 1].low <= level[end / length - 1].high) {
                break;
            }
            step = length;
            length *= fanOut;
        }
        end -= step;
    }
    return end;
}

CurveSeries::Extremes CurveSeries::extremes(std::size_t begin, std::size_t end, std::size_t& visited) const
{
    Extremes result {infinity, -infinity};
    const auto take = [&](std::size_t level, std::size_t place) {
        ++visited;
        if (level > 0) {
            const Extremes& block = m_data->levels[level - 1][place];
            result.low = std::min(result.low, block.low);
            result.high = std::max(result.high, block.high);
        } else if (std::isfinite(m_data->y[place])) {
            result.low = std::min(result.low, m_data->y[place]);
            result.high = std::max(result.high, m_data->y[place]);
        }
    };
    // What does not fill a block of the next level, from both ends; then the same of these blocks.
    for (std::size_t level = 0; begin < end; ++level) {
        while (begin < end && (begin % fanOut != 0 || level == levelCount)) {
            take(level, begin++);
        }
        while (begin < end && end % fanOut != 0) {
            take(level, --end);
        }
        begin /= fanOut;
        end /= fanOut;
    }
    return result;
}

std::size_t CurveSeries::borderNear(std::size_t guess, std::size_t begin, double border) const
{
    constexpr int tries = 4;
    std::size_t end = std::min(guess, m_data->x.size());
    for (int i = 0; i < tries && end < m_data->x.size() && m_data->x[end] < border; ++i) {
        ++end;
    }
    for (int i = 0; i < tries && end > begin && m_data->x[end - 1] >= border; ++i) {
        --end;
    }
    const bool found
        = (end == m_data->x.size() || m_data->x[end] >= border) && (end == begin || m_data->x[end - 1] < border);
    return found ? end
                 : static_cast<std::size_t>(
                     std::lower_bound(m_data->x.begin() + static_cast<std::ptrdiff_t>(begin), m_data->x.end(), border)
                     - m_data->x.begin());
}

std::vector<ColumnSpan> CurveSeries::decimate(double from, double to, int columns, std::size_t* visited) const
{
    std::vector<ColumnSpan> result;
    if (columns <= 0 || !(to > from) || m_data->x.empty()) {
        return result;
    }
    result.reserve(static_cast<std::size_t>(columns));
    std::size_t looked = 0;
    std::size_t begin = lowerBound(from);
    std::size_t width = 0;
    for (int column = 0; column < columns && begin < m_data->x.size(); ++column) {
        const double border = from + (to - from) * (column + 1) / columns;
        // A column holds about as many steps as the one before it: its end is near.
        const std::size_t end = borderNear(begin + width, begin, border);
        const Extremes span = extremes(begin, end, looked);
        if (span.low <= span.high) {
            result.push_back({column, span.low, span.high, m_data->y[finiteEnd(begin, end) - 1]});
        }
        width = end - begin;
        begin = end;
    }
    if (visited) {
        *visited += looked;
    }
    return result;
}

CurveSeries smoothed(const CurveSeries& raw, Smoother& smoother)
{
    CurveSeries smooth;
    for (std::size_t i = 0; i < raw.size(); ++i) {
        smooth.append(raw.x()[i], smoother.add(raw.y()[i]));
    }
    return smooth;
}

double percentile(std::vector<double> values, double part)
{
    const auto place = static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + place, values.end());
    return values[static_cast<std::size_t>(place)];
}

double roundStep(double raw)
{
    const double power = std::pow(10.0, std::floor(std::log10(raw)));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * power >= raw * (1.0 - 1e-9)) {
            return factor * power;
        }
    }
    return 10.0 * power;
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
    const std::initializer_list<double> choices[] {{1.0}, {1.0, 2.0, 5.0}};
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
            return ticks;
        }
    }
    constexpr int parts = 6;
    return multiples(low, high, roundStep((high - low) / parts)); // so narrow that it is nearly even
}

} // namespace spectune
