// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/Validation.h"

#include <QString>

namespace spectune {

/// s and what it acts like on a model of this width, as validate() judges it (see widthFactor()): a row of Q starts
/// with the norm 0.02 √width, which takes that much off where it is below 1. Methods without Λ lose nothing.
struct EffectiveScale {
    double alpha = 0.0;
    std::int64_t initRank = 0;
    std::int64_t width = 0; ///< 0: not known, taken as wide
    double scale = 0.0; ///< s = α / r₀, the initial rank
    double factor = 1.0; ///< 0 … 1

    [[nodiscard]] static EffectiveScale of(const ResolvedRun& run, Method method, std::int64_t width);
    [[nodiscard]] double effective() const { return scale * factor; }
    /// What α = 2 · init rank, the default, acts like.
    [[nodiscard]] double usual() const { return 2.0 * factor; }
    [[nodiscard]] bool isNarrow() const { return factor < 1.0; }
    /// The number that counts, named: "s = α / r₀ = 4 / 12 = 0.33", or "acts like 0.45". Rich text.
    [[nodiscard]] QString headline() const;
    /// How a narrow model comes by it; else empty.
    [[nodiscard]] QString derivation() const;
};

} // namespace spectune
