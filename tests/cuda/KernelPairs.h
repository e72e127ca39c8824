// SPDX-License-Identifier: GPL-3.0-or-later
// What the checks of kernels against their twins share.
#pragma once

#include "tests/cuda/GpuCheck.h"

#include <ATen/ATen.h>

#include <string>

namespace spectune::test {

/// The same numbers on both devices, as the middle columns of a wider matrix where @p strided.
struct Pair {
    at::Tensor cpu;
    at::Tensor gpu;

    Pair(at::IntArrayRef sizes, at::ScalarType type, bool strided, double size = 1.0);
    void compare(const std::string& what, double terms = 1.0) const;
};

/// The kernels of adapters' thin products (ThinKernels.cpp).
void checkThinKernels();
/// Graphs whose fills became kernels (FilledGraphs.cpp).
void checkFilledGraphs();

} // namespace spectune::test
