// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/monitor/ModuleLayout.h"
#include "training/nn/AdaptedLinear.h"
#include "training/nn/ArenaOrder.h"
#include "training/nn/DecoderModel.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

namespace spectune {

/// The matrices of a block that read what module @p module reads: from it on, how many. 1 at least.
[[nodiscard]] std::int32_t modulesOfInput(const ModuleLayout& layout, std::size_t module);

/// The triplets of a run and their gradients, with the views that the model's forward takes.
struct TripletArena {
    /// @param scale s @param trainLambda false for lora and prune-lora: λ is 1 (or 0 once pruned) and has no gradient
    /// @param computeType of the base: what training multiplies with
    TripletArena(const ModuleLayout& layout, double scale, bool trainLambda, at::TensorOptions options,
        at::ScalarType computeType);
    /// With the ranks of @p ofRanks. A module of rank 0 is not adapted.
    TripletArena(const ModuleLayout& layout, ArenaOrder ofRanks, double scale, bool trainLambda,
        at::TensorOptions options, at::ScalarType computeType);

    /// A buffer for what a backward adds up, zeroed, and views of it. Its order is the compute copy's.
    [[nodiscard]] at::Tensor makeSums() const;
    /// @c adapters, and what a training pass works with.
    [[nodiscard]] AdapterSet adaptersInto(const at::Tensor& sums) const;
    /// Brings what training multiplies with (Q and s · λ ∘ P, in the base's type) up to the values.
    void refresh();
    /// gradients ← what follows from buffers that makeSums() gave, added in their order; the buffers are zeroed.
    /// With G = (x Qᵀ)ᵀ dy, [r, out], of a module: ∂C/∂Pᵀ = s · λ ∘ G and ∂C/∂λ_i = s · Σ_j Pᵀ_ij G_ij.
    void collect(std::span<const at::Tensor> sums);

    /// The paper's start: P and Q i.i.d. N(0, 0.02²), λ = 0. Drawn on the CPU module by module, so that the numbers do
    /// not depend on the device.
    void initAdaLora(std::uint64_t seed);
    /// PEFT's init_lora_weights="gaussian": A = Q i.i.d. N(0, 1/r²), B = P = 0; λ = 1.
    void initLora(std::uint64_t seed);

    ArenaOrder order;
    at::Tensor values; // [size]
    at::Tensor gradients; // [size]
    AdapterSet adapters; ///< views of the values for every module: for evaluation and generation

private:
    /// Neighbours in the layout whose Q's lie side by side.
    struct Shared {
        std::size_t slot = 0; ///< place in AdapterSet::shared
        std::int32_t first = 0; ///< module
        std::int32_t count = 0;
    };
    [[nodiscard]] SharedTriplets sharedInto(const at::Tensor& sums, const Shared& place) const;

    std::vector<std::size_t> m_positions; ///< among the matrices of its input set, by module
    std::vector<Shared> m_shared;
    double m_scale;
    bool m_trainLambda;
    at::Tensor m_compute; // [order.size()]; its λ is unused
};

} // namespace spectune
