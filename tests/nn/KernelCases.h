// SPDX-License-Identifier: GPL-3.0-or-later
// What the tests of the kernels share: element types, what rounding alone explains, and rows that lie apart.
#pragma once

#include "tests/support/Tensors.h"

#include <cmath>

namespace spectune::testing {

inline void addTypes()
{
    QTest::addColumn<int>("typeNumber");
    QTest::newRow("float64") << static_cast<int>(at::kDouble);
    QTest::newRow("float32") << static_cast<int>(at::kFloat);
    QTest::newRow("bfloat16") << static_cast<int>(at::kBFloat16);
}

inline at::Tensor leaf(const at::Tensor& value)
{
    return value.detach().to(at::kDouble, /*non_blocking=*/false, /*copy=*/true).requires_grad_(true);
}

/// What rounding explains, relative to the largest element. float32: a unit of 2⁻²⁴ for each of @p terms operations on
/// the way to an element. bfloat16 adds to that (sums are float32) 2⁻⁸ for each of @p stores roundings to 8 bits.
/// float64 is not derived: 1e-12 is some thousand units.
inline double allowed(at::ScalarType type, std::int64_t terms, int stores)
{
    const double sums = static_cast<double>(terms) * std::ldexp(1.0, -24);
    switch (type) {
    case at::kDouble: return 1e-12;
    case at::kFloat: return sums;
    default: return sums + stores * std::ldexp(1.0, -8);
    }
}

/// Empty where @p actual is @p expected up to @p tolerance of the largest element (or of @p size where that is larger).
inline QString apart(
    const char* what, const at::Tensor& actual, const at::Tensor& expected, double tolerance, double size = 0.0)
{
    if (actual.sizes() != expected.sizes())
        return QString("%1: another shape").arg(what);
    const at::Tensor wide = expected.detach().to(at::kDouble);
    const double difference = (actual.detach().to(at::kDouble) - wide).abs().max().item<double>();
    const double limit = tolerance * std::max(size, wide.abs().max().item<double>());
    if (difference <= limit) // false where either is not a number
        return {};
    return QString("%1: %2 apart, %3 allowed").arg(what).arg(difference).arg(limit);
}

/// A matrix as a column range of a wider one, so that its rows lie apart; the margins must keep their numbers.
struct Range {
    explicit Range(const at::Tensor& values)
        : m_all(at::full({values.size(0), values.size(1) + before + after}, 7.0, values.options()))
        , rows(m_all.narrow(1, before, values.size(1)))
    {
        rows.copy_(values);
    }
    [[nodiscard]] bool marginsHold() const
    {
        return m_all.narrow(1, 0, before).eq(7.0).all().item<bool>()
            && m_all.narrow(1, m_all.size(1) - after, after).eq(7.0).all().item<bool>();
    }

private:
    static constexpr std::int64_t before = 3;
    static constexpr std::int64_t after = 5;
    at::Tensor m_all;

public:
    at::Tensor rows;
};

} // namespace spectune::testing

/// Fails with apart()'s text.
#define NEAR(...)                                                                                                      \
    do {                                                                                                               \
        const QString difference = spectune::testing::apart(__VA_ARGS__);                                              \
        QVERIFY2(difference.isEmpty(), qPrintable(difference));                                                        \
    } while (false)
