// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/nn/ModelSpec.h"

#include <ATen/core/Tensor.h>

namespace spectune {

/// Rotary position embedding (Su et al. 2021) with the rescalings of transformers' modeling_rope_utils.
/// The tables are computed in float32, as transformers does, or in float64 for a float64 model.
class Rotary {
public:
    Rotary(const RopeSpec& spec, std::int64_t headDim, at::TensorOptions options);

    /// Rotates @p x, [B, heads, S, headDim], whose first position is @p start.
    [[nodiscard]] at::Tensor apply(const at::Tensor& x, std::int64_t start);
    /// Builds the tables for positions below @p positions; apply() does it by itself.
    void reserve(std::int64_t positions);
    /// [positions reserved, headDim] in the model's type; the second half of a row repeats the first.
    [[nodiscard]] const at::Tensor& cos() const noexcept { return m_cos; }
    [[nodiscard]] const at::Tensor& sin() const noexcept { return m_sin; }

private:
    at::Tensor m_frequencies; // [headDim / 2]
    at::Tensor m_cos; // [positions, headDim], in the model's type
    at::Tensor m_sin;
    at::TensorOptions m_options;
};

} // namespace spectune
