// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/nn/AdapterState.h"
#include "training/nn/ModelSpec.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace spectune {

/// The triplets of one module that change anything, in float64 on the CPU: those whose λ is not 0.
struct KeptRows {
    std::string module;
    at::Tensor p; ///< [out, r]
    at::Tensor lambda; ///< [r]
    at::Tensor q; ///< [r, in]
    std::vector<bool> pattern; ///< [init rank]; which triplets the r rows are

    [[nodiscard]] std::int64_t rank() const { return q.size(0); }
    /// s·P·diag(λ): with it as B and Q as A a plain LoRA has scale 1. [out, r]
    [[nodiscard]] at::Tensor scaledP(double scale) const;
};

/// One entry a module of @p adapter, in its order; rank 0 is an entry without rows.
/// @throws Error (Io) naming the module where a number is not finite; Error (Internal) where a pattern does not fit
[[nodiscard]] std::vector<KeptRows> keptRows(const AdapterState& adapter);

/// @throws Error (Config) naming the module that @p spec does not have, or has in another shape. @param model names it
void checkFits(const std::vector<KeptRows>& rows, const ModelSpec& spec, const std::string& model);

/// The largest rank; 0 where no module has any.
[[nodiscard]] std::int64_t largestRank(const std::vector<KeptRows>& rows) noexcept;

} // namespace spectune
