// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

// What the functions of Kernels.h take that come after a backward: the update of the triplets and the mask. None of
// them does anything where the loss or the gradient's norm is not finite: the host learns of a skipped step afterwards.
namespace spectune::kernels {

/// The numbers of an optimizer step that change from step to step, in the device's memory.
struct StepScalars {
    double lr = 0.0;
    double correction1 = 1.0; ///< 1 − β1^k
    double correction2 = 1.0; ///< 1 − β2^k
    double observes = 0.0; ///< 1: Ī and Ū take part, else they stay
    double chooses = 0.0; ///< 1: scores are taken and a new pattern is chosen
    double masks = 0.0; ///< 1: the pattern is applied to λ
    double budget = 0.0; ///< b(t), triplets that a new pattern keeps
    double stepsDone = 0.0; ///< t + 1, noted where a triplet is pruned or comes back
    double lossScale = 0.0; ///< 1 / loss-bearing tokens
};

/// One sweep over the flat arena: clip, AdamW, then Ī and Ū (before the update where `before`). Formulas: AdamW.h,
/// Importance.h.
template <typename A>
struct SweepArgs {
    std::int64_t elements = 0; ///< that have Ī and Ū
    std::int64_t trained = 0; ///< that the optimizer moves, counted from the start
    A* values = nullptr;
    A* gradients = nullptr; ///< clipped in place
    A* first = nullptr;
    A* second = nullptr;
    A* sensitivity = nullptr; ///< null: none
    A* uncertainty = nullptr;
    const A* loss = nullptr; ///< scalar; null: known to be finite
    const A* gradNorm = nullptr; ///< before clipping, scalar
    const StepScalars* scalars = nullptr;
    double maxNorm = 0.0; ///< 0: no clipping
    double beta1 = 0.9;
    double beta2 = 0.999;
    double eps = 1e-8;
    double weightDecay = 0.0;
    double beta1Importance = 0.85;
    double beta2Importance = 0.85;
    bool before = false;
};

/// Where a triplet lies in the flat arena, in elements from its start: a row of Q, a row of Pᵀ, and λ.
struct TripletPlace {
    std::int64_t q = 0;
    std::int64_t p = 0;
    std::int64_t lambda = 0;
    std::int64_t qWidth = 0;
    std::int64_t pWidth = 0;
};

/// S = s(λ) + mean s(P) + mean s(Q) of every triplet, with s = Ī·Ū, Ī alone, or |λ| alone (Importance.h).
template <typename A>
struct ScoreArgs {
    std::int64_t triplets = 0;
    const TripletPlace* places = nullptr; // [triplets]
    const A* values = nullptr;
    const A* sensitivity = nullptr; ///< null: the score is |λ|
    const A* uncertainty = nullptr; ///< null: s is Ī
    const bool* mayStay = nullptr; ///< [triplets]; those without it compete with −∞; null: all may
    A* total = nullptr; // [triplets], as are all that follow
    A* lambda = nullptr; ///< s(λ); null: the method has no Λ, and it is no part of S
    A* meanP = nullptr;
    A* meanQ = nullptr;
    A* rivals = nullptr; ///< what selecting compares; null: not wanted
    const StepScalars* scalars = nullptr; ///< nothing happens where these choose nothing; null: it always does
    const A* loss = nullptr; ///< null, as gradNorm: known to be finite
    const A* gradNorm = nullptr;
};

/// Keeps exactly `budget` of the triplets, the largest rivals; of equal ones the first, and NaN counts as larger than
/// all numbers. λ of the others becomes 0. Without a new pattern the one before is applied where `masks` says so.
template <typename A>
struct SelectArgs {
    std::int64_t triplets = 0;
    const A* rivals = nullptr; // [triplets], as are all that follow up to `order`
    const TripletPlace* places = nullptr;
    bool* kept = nullptr;
    bool* keptBefore = nullptr; ///< becomes what was kept
    std::int32_t* prunedAt = nullptr; ///< becomes `stepsDone` where a triplet was kept and is no more
    std::int32_t* revivedAt = nullptr; ///< likewise where it was not kept and is again
    std::int32_t* order = nullptr; ///< scratch; CUDA needs none
    A* threshold = nullptr; ///< scalar: the smallest kept rival, 0 where none is kept
    A* values = nullptr; ///< the flat arena
    const StepScalars* scalars = nullptr;
    const A* loss = nullptr;
    const A* gradNorm = nullptr;
};

} // namespace spectune::kernels
