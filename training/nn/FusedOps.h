// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/cuda/Kernels.h"

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>

/// training/cuda's functions on tensors: the element type and the device choose the function. Rows may lie apart (a
/// column range of a wider matrix); the last dimension is contiguous. No gradients are recorded, nothing is allocated.
namespace spectune::ops {

/// sum = x + delta, y = norm(sum) ∘ weight. @param delta, y may be undefined; sum too, without delta
/// @param inverse [rows], wide; may be undefined
void rmsNorm(const at::Tensor& x, const at::Tensor& delta, const at::Tensor& sum, const at::Tensor& weight, double eps,
    const at::Tensor& y, const at::Tensor& inverse);
/// dx += the gradient that reaches the norm's input.
void rmsNormBackward(const at::Tensor& x, const at::Tensor& inverse, const at::Tensor& weight, const at::Tensor& dy,
    const at::Tensor& dx);

/// Turns the first @p heads heads of each row. @param cos, sin [positions, headDim] @param positions [rows] int32
void rotate(const at::Tensor& x, std::int64_t heads, const at::Tensor& positions, const at::Tensor& cos,
    const at::Tensor& sin, bool back);
/// @p to ← @p query and @p key turned back, and @p value: the gradients that an attention gives, as one of q, k and v.
/// @param query [rows, heads · headDim] @param key, value [rows, kvHeads · headDim]
void rotateBack(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, const at::Tensor& positions,
    const at::Tensor& cos, const at::Tensor& sin, const at::Tensor& to);

/// @param gateUp [rows, 2 · width] @param out [rows, width]
void swiGlu(const at::Tensor& gateUp, const at::Tensor& out);
/// @p gateUp becomes its gradient, and @p dOut becomes out again where @p wantsOut says that somebody reads it.
void swiGluBackward(const at::Tensor& gateUp, const at::Tensor& dOut, bool wantsOut);

/// The thin products of one module's factors with a matrix m that another operation makes, [rows, width]: sums += thinᵀ
/// m and product ← m · factor. What is undefined is not wanted.
struct ThinFactor {
    at::Tensor thin; // [rows, rank]
    at::Tensor sums; // [rank, width], wide type
    at::Tensor factor; // [width, rank]
    at::Tensor product; // [rows, rank]
};
/// With the gradient of gate, with that of up, and with out, which has sums alone.
using GatedFactors = std::array<ThinFactor, 3>;
constexpr std::int64_t mostRankOfGatedFactors = kernels::SwiGluThinArgs<kernels::BFloat16>::mostRank;
/// As swiGluBackward(), with these products on the way; the CPU always makes out again.
/// @return false: not for this type on this device, nothing was done
[[nodiscard]] bool swiGluBackwardWithFactors(
    const at::Tensor& gateUp, const at::Tensor& dOut, bool wantsOut, const GatedFactors& factors);

/// @param logits [rows, vocabulary]; become their gradient · @p scale (scalar, wide), where that is defined
/// @param targets [rows] int64; negative: no loss, no gradient @param losses [rows], wide
void crossEntropy(
    const at::Tensor& logits, const at::Tensor& targets, const at::Tensor& losses, const at::Tensor& scale);

/// float32 for half precision, else the type itself.
[[nodiscard]] at::ScalarType wideType(at::ScalarType type) noexcept;

/// The device's current stream, for kernels.
[[nodiscard]] kernels::Stream currentStream(at::Device device);

} // namespace spectune::ops
