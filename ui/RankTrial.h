// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

namespace spectune {

/// A small fine-tuning in the linearised regime: each of K·N outputs is linear in ΔW = B A,
///     fᵢ = ⟨Gᵢ, BA⟩,   loss = mean (fᵢ − yᵢ)² + w/2 · (‖A‖² + ‖B‖²),
/// with random gradients Gᵢ and labels yᵢ = ±1. The loss is not convex in A and B: a start can end in a minimum that is
/// not the lowest, which is what the bound on the rank speaks of. Deterministic; any thread.
class RankTrial {
public:
    static constexpr int side = 12; ///< ΔW is side × side
    static constexpr int ranks = 12; ///< 1 … ranks are tried
    static constexpr int starts = 12; ///< of each rank
    static constexpr int steps = 600; ///< of Adam, the rate falling to 0 by a cosine
    static constexpr double weightDecay = 4e-3;
    static constexpr int mostEquations = 64; ///< K·N; more would take minutes

    /// @param equations K·N, 1 … mostEquations
    explicit RankTrial(int equations, std::uint32_t seed = 7);

    /// The loss at the end of one training from a random start; NaN where @p stop became true.
    /// @param course takes the loss before each step and after the last one; null: it is not kept
    [[nodiscard]] double train(
        int rank, int start, const std::atomic<bool>& stop, std::vector<float>* course = nullptr) const;

private:
    using Values = std::vector<double>;

    /// Loss at @p change [side × side], without weight decay, and its gradient.
    double lossAt(const Values& change, Values& gradient) const;

    int m_equations;
    Values m_gradients; ///< [equations, side × side]
    Values m_labels;
};

} // namespace spectune
