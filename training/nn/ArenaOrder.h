// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/monitor/ModuleLayout.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace spectune {

/// All factors of one width, one after the other: the Q's of equal `in` and the P's of equal `out`, [rows, width] in an
/// arena.
struct FactorGroup {
    std::int64_t offset = 0; ///< elements from the arena's start
    std::int64_t count = 0; ///< factors
    std::int64_t width = 0;
    std::int64_t rows = 0; ///< Σ of their ranks
};

/// Where a module's P or Q lies: the group, and its row that it begins at.
struct FactorPlace {
    std::size_t group = 0;
    std::int64_t row = 0;
};

/// The order of all P, λ, Q of a run in one flat buffer: factor groups first, the modules' λ last. Gradients, Adam's
/// moments, Ī and Ū are twins in the same order, so clipping, the optimizer, Ī and Ū are one sweep over memory
/// (ArenaSweep). The gradient's norm before it, and the means over rows that scores are made of, are passes of their
/// own.
class ArenaOrder {
public:
    ArenaOrder() = default;
    /// Every module has the layout's initial rank, or its own by the layout's rank map.
    explicit ArenaOrder(const ModuleLayout& layout);
    /// @param ranks by module; 0 is allowed
    ArenaOrder(const ModuleLayout& layout, std::vector<std::int64_t> ranks);

    [[nodiscard]] std::int64_t rank() const noexcept { return m_rank; } ///< of the module that has most
    [[nodiscard]] std::int64_t rank(ModuleIndex module) const { return m_ranks[module.at()]; }
    /// Whether all modules have the same rank: only then are group() and lambda(flat) there.
    [[nodiscard]] bool isEven() const noexcept { return m_triplets == moduleCount() * m_rank; }
    [[nodiscard]] std::int64_t moduleCount() const noexcept { return static_cast<std::int64_t>(m_places.size()); }
    [[nodiscard]] std::int64_t tripletCount() const noexcept { return m_triplets; }
    [[nodiscard]] std::int64_t size() const noexcept { return m_lambdaOffset + m_triplets; }
    [[nodiscard]] std::int64_t lambdaOffset() const noexcept { return m_lambdaOffset; }
    [[nodiscard]] const std::vector<FactorGroup>& groups() const noexcept { return m_groups; }
    [[nodiscard]] const FactorPlace& placeOfQ(ModuleIndex module) const { return m_places[module.at()].q; }
    [[nodiscard]] const FactorPlace& placeOfP(ModuleIndex module) const { return m_places[module.at()].p; }

    /// Views into a flat buffer of this order.
    [[nodiscard]] at::Tensor rows(const at::Tensor& flat, std::size_t group) const; // [rows, width]
    [[nodiscard]] at::Tensor group(const at::Tensor& flat, std::size_t index) const; // [count, r, width]
    [[nodiscard]] at::Tensor lambdas(const at::Tensor& flat) const; // [triplets]
    [[nodiscard]] at::Tensor lambda(const at::Tensor& flat) const; // [modules, r]
    [[nodiscard]] at::Tensor lambda(const at::Tensor& flat, ModuleIndex module) const; // [r]
    [[nodiscard]] at::Tensor q(const at::Tensor& flat, ModuleIndex module) const; // [r, in]
    [[nodiscard]] at::Tensor pT(const at::Tensor& flat, ModuleIndex module) const; // [r, out]

private:
    [[nodiscard]] at::Tensor factor(const at::Tensor& flat, const FactorPlace& place, std::int64_t rank) const;

    struct Places {
        FactorPlace q;
        FactorPlace p;
    };
    std::vector<FactorGroup> m_groups;
    std::vector<Places> m_places;
    std::vector<std::int64_t> m_ranks; ///< by module
    std::vector<std::int64_t> m_begins; ///< of a module's triplets among all
    std::int64_t m_rank = 0;
    std::int64_t m_triplets = 0;
    std::int64_t m_lambdaOffset = 0;
};

} // namespace spectune
