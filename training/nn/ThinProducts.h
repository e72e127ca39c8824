// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/core/Tensor.h>

#include <span>

namespace spectune {

/// Whether thin products over the rows of @p x, [T, width], are better done several at once by kernels of our own: in
/// bfloat16 on CUDA, where the batch is so small that each of BLAS's costs its launches, not its work.
[[nodiscard]] bool isSmallBatch(const at::Tensor& x);

/// Whether such a kernel can read the rows of @p x, [rows, width], 16 bytes at a time.
[[nodiscard]] bool isAligned(const at::Tensor& x);

/// out ← x · factor, few columns from long rows.
struct ThinProduct {
    at::Tensor x; // [T, width]
    at::Tensor factor; // [width, R]
    at::Tensor out; // [T, R]
};

/// All of them at once, over one small batch. @return false: they are BLAS's, nothing was done
[[nodiscard]] bool multiplyTogether(std::span<const ThinProduct> products);

} // namespace spectune
