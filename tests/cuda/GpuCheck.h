// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace spectune::test {

/// What a plain program on a GPU leaves with where LibTorch finds no device: 77 (skipped), or 1 where
/// SPECTUNE_REQUIRE_GPU says that there is one. 0: there is a device, go on.
[[nodiscard]] int withoutDevice();

/// Says a check that does not hold, and counts it. A difference that is NaN does not hold.
void report(const std::string& what, double difference, double allowed);
/// The same for numbers that must have the same bits.
void reportEqual(const std::string& what, const at::Tensor& actual, const at::Tensor& expected);
/// Checks that did not hold so far.
[[nodiscard]] int failures();

/// How often numbers are rounded on the way to an element, at most.
struct Roundings {
    double terms = 0.0; ///< of the type that sums are taken in: additions, products and units of functions
    double stores = 0.0; ///< to bfloat16; none where that is not the type
    double sides = 2.0; ///< that round so: both twins; 1: the other is exact, float64 from the same inputs
};

/// The sizes of what is rounded, by element. Undefined: that of the expected element.
struct Sizes {
    at::Tensor terms {}; ///< Σ of the absolute terms that an element is made of
    at::Tensor stores {}; ///< of what is rounded to bfloat16
};

/// By element the largest difference that rounding explains, float64. Rounding to the nearest is wrong by half a unit
/// in the last place at most: by 2⁻²⁴ of a number in float32 with its 24 bits, by 2⁻⁵³ in float64 and by 2⁻⁸ in
/// bfloat16 with its 8. However a sum is ordered, what is rounded on the way is never larger than the sum of the
/// absolute terms: so n terms are wrong by n · 2⁻²⁴ of that at most. Products of two such errors are left out, for
/// which a 16th more is allowed.
/// @param type that stores are of; bfloat16's sums are float32
[[nodiscard]] at::Tensor explained(
    const at::Tensor& expected, at::ScalarType type, const Roundings& of, const Sizes& sizes = {});

/// The largest difference of an element as a share of what rounding explains of it: above 1 it explains it no more. NaN
/// where one side is not a number, infinite where the shapes differ.
[[nodiscard]] double excess(const at::Tensor& actual, const at::Tensor& expected, at::ScalarType type,
    const Roundings& of, const Sizes& sizes = {});

/// On the CPU in float64.
[[nodiscard]] at::Tensor inDouble(const at::Tensor& x);

} // namespace spectune::test
