// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace spectune::test {

/// What a plain program on a GPU leaves with where LibTorch finds no device: 77 (skipped), or 1 where SPECTUNE_REQUIRE_GPU
/// says that there is one. 0: there is a device, go on.
[[nodiscard]] int withoutDevice();

/// Says a check that does not hold, and counts it. A difference that is NaN does not hold.
void report(const std::string& what, double difference, double allowed);
/// Checks that did not hold so far.
[[nodiscard]] int failures();

/// The largest difference, as a share of the largest expected element.
[[nodiscard]] double apart(const at::Tensor& actual, const at::Tensor& expected);

/// Twins round once more or less at the end and add in another order: a few units in the last place, times √terms for sums.
[[nodiscard]] double allowed(at::ScalarType type, double terms = 1.0);

} // namespace spectune::test
