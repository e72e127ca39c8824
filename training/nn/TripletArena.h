// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/monitor/ModuleLayout.h"
#include "training/nn/AdaptedLinear.h"
#include "training/nn/DecoderModel.h"

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace spectune {

/// All factors of one width side by side: the Q's of equal `in` and the P's of equal `out`, [count, r, width] in an arena.
struct FactorGroup {
    std::int64_t offset = 0; ///< elements from the arena's start
    std::int64_t count = 0;
    std::int64_t width = 0;

    [[nodiscard]] std::int64_t elements(std::int64_t rank) const noexcept { return count * rank * width; }
};

/// The matrices of a block that read what module @p module reads: from it on, how many. 1 at least.
[[nodiscard]] std::int32_t modulesOfInput(const ModuleLayout& layout, std::size_t module);

/// Where a module's P or Q lies: group and slot within it.
struct FactorPlace {
    std::size_t group = 0;
    std::int64_t slot = 0;
};

/// The order of all P, λ, Q of a run in one flat buffer: factor groups first, λ [modules, r] last. The Q's of the modules
/// that read one input are neighbours, so that they are one matrix.
/// Gradients, Adam's moments, Ī and Ū are twins in the same order, so the optimizer, the clipping and the importance
/// are single sweeps over memory, and the Gram matrices of a group one batched product.
class ArenaOrder {
public:
    ArenaOrder() = default;
    explicit ArenaOrder(const ModuleLayout& layout);
    /// With @p rank rows a factor instead of the layout's.
    ArenaOrder(const ModuleLayout& layout, std::int64_t rank);

    [[nodiscard]] std::int64_t rank() const noexcept { return m_rank; }
    [[nodiscard]] std::int64_t moduleCount() const noexcept { return static_cast<std::int64_t>(m_places.size()); }
    [[nodiscard]] std::int64_t size() const noexcept { return m_lambdaOffset + moduleCount() * m_rank; }
    [[nodiscard]] std::int64_t lambdaOffset() const noexcept { return m_lambdaOffset; }
    [[nodiscard]] const std::vector<FactorGroup>& groups() const noexcept { return m_groups; }

    /// Views into a flat buffer of this order.
    [[nodiscard]] at::Tensor group(const at::Tensor& flat, std::size_t index) const; // [count, r, width]
    [[nodiscard]] at::Tensor lambda(const at::Tensor& flat) const; // [modules, r]
    [[nodiscard]] at::Tensor q(const at::Tensor& flat, ModuleIndex module) const; // [r, in]
    /// Of @p count neighbours that read one input, @p module the first. [count · r, in]
    [[nodiscard]] at::Tensor sharedQ(const at::Tensor& flat, ModuleIndex module, std::int64_t count) const;
    [[nodiscard]] at::Tensor pT(const at::Tensor& flat, ModuleIndex module) const; // [r, out]

    /// Gathers a value per factor row, given per group as [count, r], into [modules, r] of Q and of P.
    [[nodiscard]] std::array<at::Tensor, 2> byModule(const std::vector<at::Tensor>& perGroup) const;
    /// The opposite: a value per row of P, [modules, r], and @p ofQ for all rows of Q, per group as [count, r, 1].
    [[nodiscard]] std::vector<at::Tensor> byGroup(const at::Tensor& ofP, double ofQ) const;
    /// Puts what byModule() and byGroup() look up on @p device.
    void moveTo(at::Device device);

private:
    [[nodiscard]] at::Tensor factor(const at::Tensor& flat, const FactorPlace& place) const;
    void makeLookUps();

    struct Places {
        FactorPlace q;
        FactorPlace p;
    };
    std::vector<FactorGroup> m_groups;
    std::vector<Places> m_places;
    std::int64_t m_rank = 0;
    std::int64_t m_lambdaOffset = 0;
    at::Tensor m_factorsOfModules; // [2, modules] int64: the Q's and P's place among all factors, group after group
    at::Tensor m_modulesOfFactors; // [factors] int64: a P's module; of a Q the number of modules
};

/// The triplets of a run and their gradients, with the views that the model's forward takes.
struct TripletArena {
    /// @param scale s @param trainLambda false for lora and prune-lora: λ is 1 (or 0 once pruned) and has no gradient
    /// @param computeType of the base: what training multiplies with
    TripletArena(const ModuleLayout& layout, double scale, bool trainLambda, at::TensorOptions options,
        at::ScalarType computeType);

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
    /// Of the compute copy: with ranks rounded up where the device's products want rows that begin on 16 bytes. What is
    /// added stays 0.
    ArenaOrder m_computeOrder;
    at::Tensor m_compute; // [m_computeOrder.size()]; its λ is unused
};

} // namespace spectune
