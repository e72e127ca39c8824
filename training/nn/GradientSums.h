// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace spectune {

/// The gradients of factors, thin products over all rows of a batch. Nothing waits for their results, so those of a
/// small batch (see isSmallBatch()) are put off and run together. All others run at once, as BLAS's products.
/// One thread.
class GradientSums {
public:
    /// to += thinᵀ wide, at the latest when run() is called; until then both stay as they are.
    /// @param to [rank, width], wide type @param thin [T, rank] @param wide [T, width]
    void add(const at::Tensor& to, const at::Tensor& thin, const at::Tensor& wide);
    /// All that has been put off: before a buffer that it reads is written again.
    void run();
    /// Drops what has been put off: of a pass that failed.
    void forget() noexcept { m_waiting.clear(); }

private:
    /// With the sums in the type of @p to.
    void addNow(const at::Tensor& to, const at::Tensor& thin, const at::Tensor& wide);

    struct Product {
        at::Tensor to;
        at::Tensor thin;
        at::Tensor wide;
    };
    std::vector<Product> m_waiting;
    at::Tensor m_thin; // of the CPU, whose products want one type
    at::Tensor m_wide;
};

} // namespace spectune
