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

/// What rounding alone explains between twins, relative to the largest element: a sum of @p terms in another order differs by
/// a random walk of as many roundings, √terms units, of which four deviations are allowed; the functions around it (a root, a
/// division, an exponential of up to 2 units each, and what follows from them) make 8 more. bfloat16's sums are float32, so
/// its own roundings at the end alone count.
[[nodiscard]] double allowed(at::ScalarType type, double terms = 1.0);

} // namespace spectune::test
