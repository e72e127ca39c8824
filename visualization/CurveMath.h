// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSharedData>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace spectune {

/// Exponential smoothing with the trend: the end of the straight line that fits the values so far best, each older one
/// weighing w times the next (Brown's double exponential smoothing, free of its bias at the start). A mean of the past
/// would lie above a falling loss by 1 / (1 − w) steps; this line does not lag behind a steady fall. w grows at the
/// start, w_n = min(w, n / (n + 8)), so that it follows the first bend as well. What is not finite is passed over.
class Smoother {
public:
    static constexpr double usualWeight = 0.98;

    /// @param weight w, 0 (the raw values) … below 1
    explicit Smoother(double weight = usualWeight)
        : m_weight(weight)
    {
    }
    /// @return the smoothed value after @p value
    double add(double value);
    [[nodiscard]] double value() const noexcept { return m_value; } ///< NaN before the first finite value
    void reset() { *this = Smoother(m_weight); }
    [[nodiscard]] double weight() const noexcept { return m_weight; }

private:
    double m_weight;
    double m_value = std::numeric_limits<double>::quiet_NaN();
    std::int64_t m_count = 0;
    std::array<double, 16> m_recent {}; ///< the last values, in a ring
    // Weighted sums over the values so far, by age (0: the last one): Σw, Σw·age, Σw·age², Σw·x, Σw·age·x.
    double m_weights = 0.0;
    double m_ages = 0.0;
    double m_squares = 0.0;
    double m_values = 0.0;
    double m_moments = 0.0;
};

/// Lowest and highest value in one pixel column.
struct ColumnSpan {
    int column = 0;
    double low = 0.0;
    double high = 0.0;
    double last = 0.0; ///< the value with the greatest x

    friend bool operator==(const ColumnSpan&, const ColumnSpan&) = default;
};

/// One curve of (step, value), steps ascending, with the extremes of blocks of 8, 64, 512, … values that grow along
/// with it: the lowest and the highest value of a pixel column cost O(log points), so that a picture costs its width.
/// A copy shares the values until one of the two changes, and may be another thread's.
class CurveSeries {
public:
    void append(double x, double y); ///< NaN keeps its place and is drawn as a gap
    void clear();
    /// Cuts what lies beyond @p x (a resumed run takes the place of what it repeats).
    void truncateAfter(double x);

    [[nodiscard]] std::size_t size() const noexcept { return m_data->x.size(); }
    [[nodiscard]] bool isEmpty() const noexcept { return m_data->x.empty(); }
    [[nodiscard]] std::span<const double> x() const noexcept { return m_data->x; }
    [[nodiscard]] std::span<const double> y() const noexcept { return m_data->y; }
    /// Index of the first point with x >= @p x.
    [[nodiscard]] std::size_t lowerBound(double x) const;
    /// The last finite value with x <= @p x; NaN: none.
    [[nodiscard]] double valueAt(double x) const;
    /// Min and max per pixel column of [from, to) cut into @p columns; columns without a finite value are left out.
    /// @param visited if not null: values and blocks that were looked at are added to it
    [[nodiscard]] std::vector<ColumnSpan> decimate(
        double from, double to, int columns, std::size_t* visited = nullptr) const;

private:
    static constexpr std::size_t fanOut = 8;
    static constexpr std::size_t levelCount = 7; ///< the greatest block: 2 million values

    struct Extremes {
        double low;
        double high;
    };
    [[nodiscard]] Extremes extremes(std::size_t begin, std::size_t end, std::size_t& visited) const;
    [[nodiscard]] std::size_t countUpTo(double x) const; ///< points with x <= @p x
    /// Index of the first point from @p begin on with x >= @p border, which is probably near @p guess.
    [[nodiscard]] std::size_t borderNear(std::size_t guess, std::size_t begin, double border) const;
    /// One past the last finite value of [begin, end); @p begin: there is none.
    [[nodiscard]] std::size_t finiteEnd(std::size_t begin, std::size_t end) const;

    struct Data : QSharedData {
        std::vector<double> x;
        std::vector<double> y;
        /// By level: of 8, 64, … values each, the last block complete or not. Without a finite value: low > high.
        std::array<std::vector<Extremes>, levelCount> levels;
    };
    QSharedDataPointer<Data> m_data {new Data};
};

/// @p raw with its values smoothed. @param smoother goes on from where it is, and is left as after the last value
[[nodiscard]] CurveSeries smoothed(const CurveSeries& raw, Smoother& smoother);

/// The value below which @p part (0 … 1) of the values lie. @pre not empty
[[nodiscard]] double percentile(std::vector<double> values, double part);

/// The smallest of {1, 2, 5} × 10ⁿ that is at least @p raw but for rounding. @pre raw > 0
[[nodiscard]] double roundStep(double raw);
/// Round values (1, 2, 2.5, 5 × 10ⁿ) within [low, high], about @p count of them, ascending.
[[nodiscard]] std::vector<double> niceTicks(double low, double high, int count);
/// Round whole numbers from 0 to @p high, at most @p count intervals.
[[nodiscard]] std::vector<double> stepTicks(double low, double high, int count);
/// Powers of ten within [low, high]; with fewer than two of them also 2 and 5 times these; with fewer than two of
/// those, as on an axis of a part of a decade, multiples of 1, 2 or 5 × 10ⁿ.
[[nodiscard]] std::vector<double> logTicks(double low, double high);

} // namespace spectune
