// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/loop/Trainer.h"

#include <cstdint>

namespace spectune {

/// Tells a run that has diverged from one that merely stumbles: too many steps in a row that had to be skipped, a loss
/// that stays far above what guessing gives, or a model whose output the triplets no longer change.
class DivergenceGuard {
public:
    /// @param vocabulary of the model: guessing evenly costs ln(vocabulary)
    /// @param limit of the run that is gone on with; 0: from the first finite loss that comes
    DivergenceGuard(std::int64_t vocabulary, double limit);
    /// @throws Error (Diverged)
    void check(std::int64_t step, const StepResult& result);
    /// A loss above it counts as high; 0 before the first finite loss.
    [[nodiscard]] double limit() const noexcept { return m_limit; }

private:
    /// Whether nothing that is learnt could change the loss any more.
    [[nodiscard]] bool isDead(const StepResult& result) const;

    static constexpr int patience = 10; ///< steps in a row
    double m_guessing;
    double m_limit;
    int m_skipped = 0;
    int m_high = 0;
    int m_dead = 0;
};

} // namespace spectune
