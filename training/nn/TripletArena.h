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

/// The order of all P, λ, Q of a run in one flat buffer: factor groups first, λ [modules, r] last.
/// Gradients, Adam's moments, Ī and Ū are twins in the same order, so the optimizer, the clipping and the importance
/// are single sweeps over memory, and the Gram matrices of a group one batched product.
class ArenaOrder {
public:
    ArenaOrder() = default;
    explicit ArenaOrder(const ModuleLayout& layout);

    [[nodiscard]] std::int64_t rank() const noexcept { return m_rank; }
    [[nodiscard]] std::int64_t moduleCount() const noexcept { return static_cast<std::int64_t>(m_places.size()); }
    [[nodiscard]] std::int64_t size() const noexcept { return m_lambdaOffset + moduleCount() * m_rank; }
    [[nodiscard]] std::int64_t lambdaOffset() const noexcept { return m_lambdaOffset; }
    [[nodiscard]] const std::vector<FactorGroup>& groups() const noexcept { return m_groups; }

    /// Views into a flat buffer of this order.
    [[nodiscard]] at::Tensor group(const at::Tensor& flat, std::size_t index) const; // [count, r, width]
    [[nodiscard]] at::Tensor lambda(const at::Tensor& flat) const; // [modules, r]
    [[nodiscard]] at::Tensor q(const at::Tensor& flat, ModuleIndex module) const; // [r, in]
    [[nodiscard]] at::Tensor pT(const at::Tensor& flat, ModuleIndex module) const; // [r, out]

    /// Gathers a value per factor row, given per group as [count, r], into [modules, r] of Q and of P.
    [[nodiscard]] std::array<at::Tensor, 2> byModule(const std::vector<at::Tensor>& perGroup) const;
    /// Puts what byModule() looks up on @p device.
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
};

/// The triplets of a run and their gradients. JoinedTriplets brings them to where training multiplies with them.
struct TripletArena {
    /// @param scale s
    TripletArena(const ModuleLayout& layout, double scale, at::TensorOptions options);

    /// The paper's start: P and Q i.i.d. N(0, 0.02²), λ = 0. Drawn on the CPU module by module, so that the numbers do
    /// not depend on the device.
    void initAdaLora(std::uint64_t seed);
    /// PEFT's init_lora_weights="gaussian": A = Q i.i.d. N(0, 1/r²), B = P = 0; λ = 1.
    void initLora(std::uint64_t seed);

    ArenaOrder order;
    double scale; ///< s
    at::Tensor values; // [size]
    at::Tensor gradients; // [size]
    AdapterSet adapters; ///< views of the values for every module: for evaluation and generation
};

/// The matrix that a module's path ends in: "model.layers.0.self_attn.q_proj".
[[nodiscard]] Matrix matrixOf(const ModuleInfo& module);
/// What reads the same input as @p matrix.
[[nodiscard]] InputSet inputSetOf(Matrix matrix);

} // namespace spectune
