// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace spectune {

enum class Phase { WarmUp, Cubic, Final };

/// b(t), the number of triplets that may be kept after step t (0-based), as the AdaLoRA reference and PEFT compute it:
///
///     t <= ti            : b0, nothing is masked
///     ti < t < T − tf    : int(bT + (b0 − bT)(1 − (t − ti)/(T − tf − ti))³), masked when t mod ΔT == 0
///     t == T − tf        : bT, a mask is forced
///     t >  T − tf        : bT, that pattern is applied every step
///
/// It stands with the configuration because the set-up page draws it before any engine exists.
struct BudgetSchedule {
    std::int64_t totalSteps = 0; ///< T
    std::int64_t warmUpEnd = 0; ///< ti
    std::int64_t finalSteps = 0; ///< tf
    std::int64_t interval = 1; ///< ΔT
    std::int64_t initialBudget = 0; ///< b0, triplets
    std::int64_t targetBudget = 0; ///< bT, triplets

    [[nodiscard]] std::int64_t budgetAt(std::int64_t t) const noexcept;
    [[nodiscard]] Phase phaseAt(std::int64_t t) const noexcept;
    /// Whether scores are compared and a new mask is chosen after step t.
    [[nodiscard]] bool masksAt(std::int64_t t) const noexcept;
    /// T − tf: the last step that chooses a mask.
    [[nodiscard]] std::int64_t finalStart() const noexcept { return totalSteps - finalSteps; }
    /// How many masking events the whole run has.
    [[nodiscard]] std::int64_t eventCount() const noexcept;
};

} // namespace spectune
