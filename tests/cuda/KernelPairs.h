// SPDX-License-Identifier: GPL-3.0-or-later
// What the checks of kernels against their twins share.
#pragma once

#include "tests/cuda/GpuCheck.h"

#include <ATen/ATen.h>

#include <cstdint>
#include <string>

namespace spectune::test {

/// The same numbers on both devices, as the middle columns of a wider matrix where @p strided.
struct Pair {
    at::Tensor cpu;
    at::Tensor gpu;

    Pair(at::IntArrayRef sizes, at::ScalarType type, bool strided, double size = 1.0);
    [[nodiscard]] const at::Tensor& on(at::Device device) const { return device.is_cuda() ? gpu : cpu; }
    /// Both sides' numbers, and that neither wrote beside its columns.
    void compare(const std::string& what, const Roundings& of, const Sizes& sizes = {}) const;
    void compareBits(const std::string& what) const;

private:
    void compareMargins(const std::string& what) const;

    std::int64_t m_margin;
    at::Tensor m_before; ///< the wider matrix as it was
    at::Tensor m_wholeCpu;
    at::Tensor m_wholeGpu;
};

/// Of the terms of a gated product's gradient, by element of gate | up: of gate's (σ · (1 + gate · (1 − σ)) · up · d)
/// the two of the sum, and gate σ², which an error of σ is multiplied with. [rows, 2 · width] @param dOut d, [rows,
/// width]
[[nodiscard]] at::Tensor gatedSizes(const at::Tensor& gateUp, const at::Tensor& dOut);

/// The kernels of adapters' thin products (ThinKernels.cpp).
void checkThinKernels();
/// Those between an arena and the weights, and of orthogonality (ArenaKernels.cpp).
void checkArenaKernels();
/// Those of a step's update (UpdateKernels.cpp).
void checkUpdateKernels();
/// Graphs whose fills became kernels (FilledGraphs.cpp).
void checkFilledGraphs();
/// Attention against the CPU's in float64 (AttentionKernels.cpp). @param ours few cases, of kernels of our own alone: with
/// cuDNN's and ATen's the sanitizer takes minutes, and has its say about those
void checkAttention(bool ours);

} // namespace spectune::test
