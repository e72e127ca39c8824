// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace spectune {

/// Exponential smoothing whose weight grows at the start, so that it does not lag behind the first fall:
/// w_n = min(0.965, n / (n + 8)), s_n = w_n·s_{n−1} + (1 − w_n)·x_n, s_1 = x_1. What is not finite is passed over.
class Smoother {
public:
    /// @return the smoothed value after @p value
    double add(double value);
    [[nodiscard]] double value() const noexcept { return m_value; } ///< NaN before the first finite value
    void reset() { *this = {}; }

private:
    double m_value = std::numeric_limits<double>::quiet_NaN();
    std::int64_t m_count = 0;
};

/// Lowest and highest value in one pixel column.
struct ColumnSpan {
    int column = 0;
    double low = 0.0;
    double high = 0.0;
    double last = 0.0; ///< the value with the greatest x

    friend bool operator==(const ColumnSpan&, const ColumnSpan&) = default;
};

/// One curve of (step, value), steps ascending, with block-wise extremes: a column's lowest and highest value cost
/// O(block + points / block), so 10⁶ points stay fluent.
class CurveSeries {
public:
    void append(double x, double y); ///< NaN keeps its place and is drawn as a gap
    void clear();
    /// Cuts what lies beyond @p x (a resumed run takes the place of what it repeats).
    void truncateAfter(double x);

    [[nodiscard]] std::size_t size() const noexcept { return m_x.size(); }
    [[nodiscard]] bool isEmpty() const noexcept { return m_x.empty(); }
    [[nodiscard]] std::span<const double> x() const noexcept { return m_x; }
    [[nodiscard]] std::span<const double> y() const noexcept { return m_y; }
    /// Index of the first point with x >= @p x.
    [[nodiscard]] std::size_t lowerBound(double x) const;
    /// The last finite value with x <= @p x; NaN: none.
    [[nodiscard]] double valueAt(double x) const;
    /// Min and max per pixel column of [from, to) cut into @p columns; columns without a finite value are left out.
    [[nodiscard]] std::vector<ColumnSpan> decimate(double from, double to, int columns) const;

private:
    struct Extremes {
        double low;
        double high;
    };
    [[nodiscard]] Extremes extremes(std::size_t begin, std::size_t end) const;

    std::vector<double> m_x;
    std::vector<double> m_y;
    std::vector<Extremes> m_blocks; ///< of 64 points each, complete or not
};

/// The value below which @p part (0 … 1) of the values lie. @pre not empty
[[nodiscard]] double percentile(std::vector<double> values, double part);

/// Round values (1, 2, 2.5, 5 × 10ⁿ) within [low, high], about @p count of them, ascending.
[[nodiscard]] std::vector<double> niceTicks(double low, double high, int count);
/// Round whole numbers from 0 to @p high, at most @p count intervals.
[[nodiscard]] std::vector<double> stepTicks(double low, double high, int count);
/// Powers of ten within [low, high]; with fewer than two of them also 2 and 5 times these.
[[nodiscard]] std::vector<double> logTicks(double low, double high);

} // namespace spectune
