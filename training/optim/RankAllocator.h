// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/BudgetSchedule.h"
#include "training/nn/TripletArena.h"
#include "training/optim/Importance.h"

namespace spectune {

/// What a step asks of the mask.
struct MaskPlan {
    bool chooses = false; ///< a new pattern is chosen
    bool masks = false; ///< the pattern is applied to λ
    std::int64_t budget = 0; ///< b(t)

    /// @param t the step that it is the plan of
    void writeTo(kernels::StepScalars& scalars, std::int64_t t) const;
};

/// Which triplets are kept, and since when: the mask of the last event and what changed at it.
///
/// Keeps exactly b triplets of the largest S over all matrices, ties broken by matrix, then index; λ of the others
/// becomes 0, P and Q stay. There is no memory of the mask: at each event all compete, so a pruned triplet may come
/// back. Everything happens on the arena's device, in buffers that stay where they are, without waiting for it: whether
/// a step was skipped is known there first, and the host tells chosen() once it knows.
class RankAllocator {
public:
    /// @param canRevive false for prune-lora: a doublet that was pruned stays so
    RankAllocator(
        const ModuleLayout& layout, const BudgetSchedule& schedule, bool canRevive, at::TensorOptions options);

    /// What optimizer step @p t (0-based) does by the schedule, and by what was skipped before it.
    [[nodiscard]] MaskPlan planOf(std::int64_t t) const;
    /// Does what @p scalars (on the device) say, where loss and norm, scalars of the arena's type, are finite.
    void run(const TripletArena& arena, const Importance& importance, const kernels::StepScalars* scalars,
        const at::Tensor& loss, const at::Tensor& gradNorm);
    /// The step @p t that chose a pattern was not skipped.
    void chosen(std::int64_t t) noexcept { m_eventStep = t + 1; }

    /// For the events to come.
    void setSchedule(const BudgetSchedule& schedule) noexcept { m_schedule = schedule; }

    /// [modules, r] bool; false where a rank map has no triplet
    [[nodiscard]] const at::Tensor& kept() const noexcept { return m_kept; }
    [[nodiscard]] const at::Tensor& keptBefore() const noexcept { return m_keptBefore; } // of the event before
    [[nodiscard]] const at::Tensor& prunedAt() const noexcept { return m_prunedAt; } // [modules, r] int32, −1: never
    [[nodiscard]] const at::Tensor& revivedAt() const noexcept { return m_revivedAt; } // [modules, r] int32, −1: never
    /// Scores of the last event; undefined before the first.
    [[nodiscard]] const TripletScores& eventScores() const noexcept { return m_scores; }
    [[nodiscard]] const at::Tensor& threshold() const noexcept { return m_threshold; } // smallest kept S, scalar
    [[nodiscard]] std::int64_t eventStep() const noexcept { return m_eventStep; } ///< steps done; −1: none yet

    /// What a checkpoint keeps, by name.
    [[nodiscard]] std::vector<std::pair<std::string, at::Tensor>> state() const;
    /// @throws Error (Io) where a tensor is missing or of another shape
    void restore(const std::function<at::Tensor(const std::string&, at::IntArrayRef)>& source);

private:
    BudgetSchedule m_schedule;
    bool m_canRevive;
    at::Tensor m_kept;
    at::Tensor m_keptBefore;
    at::Tensor m_prunedAt;
    at::Tensor m_revivedAt;
    TripletScores m_scores;
    at::Tensor m_rivals; // prune-lora's scores, −∞ where pruned; undefined: the scores themselves
    at::Tensor m_order; // scratch of the CPU's selection
    at::Tensor m_threshold;
    std::int64_t m_eventStep = -1;
};

} // namespace spectune
