// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/Rotary.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <numbers>

namespace spectune {

namespace {

/// Llama 3.1's rescaling: long wavelengths are divided by `factor`, short ones kept, those between interpolated.
at::Tensor llama3Frequencies(const at::Tensor& inverse, const RopeSpec& rope)
{
    const auto context = static_cast<double>(rope.originalMaxPositions);
    const at::Tensor wavelength = 2.0 * std::numbers::pi / inverse;
    const at::Tensor smooth = (context / wavelength - rope.lowFreqFactor) / (rope.highFreqFactor - rope.lowFreqFactor);
    const at::Tensor between = (1.0 - smooth) * inverse / rope.factor + smooth * inverse;
    const at::Tensor stretched = at::where(wavelength > context / rope.lowFreqFactor, inverse / rope.factor, between);
    return at::where(wavelength < context / rope.highFreqFactor, inverse, stretched);
}

at::Tensor inverseFrequencies(const RopeSpec& rope, std::int64_t headDim, at::TensorOptions options)
{
    const at::Tensor exponent = at::arange(0, headDim, 2, options) / static_cast<double>(headDim);
    const at::Tensor inverse = 1.0 / at::pow(rope.theta, exponent);
    switch (rope.scaling) {
    case RopeScaling::None: return inverse;
    case RopeScaling::Linear: return inverse / rope.factor;
    case RopeScaling::Llama3: return llama3Frequencies(inverse, rope);
    }
    return inverse;
}

} // namespace

Rotary::Rotary(const RopeSpec& spec, std::int64_t headDim, at::TensorOptions options)
    : m_options(options)
{
    // On the CPU first: pow() differs in the last bits between devices, and the tables must not.
    const auto type = options.dtype() == at::kDouble ? at::kDouble : at::kFloat;
    m_frequencies = inverseFrequencies(spec, headDim, at::TensorOptions().dtype(type));
}

void Rotary::reserve(std::int64_t positions)
{
    if (m_cos.defined() && m_cos.size(0) >= positions)
        return;
    const std::int64_t rows = std::max<std::int64_t>(positions, m_cos.defined() ? 2 * m_cos.size(0) : 64);
    const at::Tensor angles = at::arange(rows, m_frequencies.options()).unsqueeze(1) * m_frequencies.unsqueeze(0);
    const at::Tensor both = at::cat({angles, angles}, 1); // [rows, headDim]
    m_cos = both.cos().to(m_options);
    m_sin = both.sin().to(m_options);
}

namespace {

/// x ∘ cos + rotateHalf(x) ∘ sin.
at::Tensor rotate(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin)
{
    const auto halves = x.chunk(2, -1);
    return (x * cos).addcmul_(at::cat({-halves[1], halves[0]}, -1), sin);
}

} // namespace

at::Tensor Rotary::apply(const at::Tensor& x, std::int64_t start)
{
    const std::int64_t length = x.size(2);
    reserve(start + length);
    return rotate(x, m_cos.narrow(0, start, length), m_sin.narrow(0, start, length));
}

} // namespace spectune
