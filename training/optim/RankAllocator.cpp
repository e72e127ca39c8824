// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/optim/RankAllocator.h"

#include "training/nn/FusedOps.h"
#include "training/nn/KernelTypes.h"

#include <ATen/ATen.h>
#include <ATen/record_function.h>

namespace spectune {

RankAllocator::RankAllocator(
    const ModuleLayout& layout, const BudgetSchedule& schedule, bool canRevive, at::TensorOptions options)
    : m_schedule(schedule)
    , m_canRevive(canRevive)
{
    const std::array<std::int64_t, 2> shape {static_cast<std::int64_t>(layout.modules.size()), layout.initRank};
    m_kept = at::ones(shape, options.dtype(at::kBool));
    // Of a rank map: the places behind a rank have no triplet.
    for (std::size_t i = 0; i < layout.ranks.size(); ++i)
        m_kept.select(0, static_cast<std::int64_t>(i)).slice(0, layout.ranks[i]).fill_(false);
    m_keptBefore = m_kept.clone();
    m_prunedAt = at::full(shape, -1, options.dtype(at::kInt));
    m_revivedAt = m_prunedAt.clone();
    m_threshold = at::zeros({}, options);
    m_scores = {.total = at::zeros(shape, options),
        .lambda = canRevive ? at::zeros(shape, options) : at::Tensor(),
        .meanP = at::zeros(shape, options),
        .meanQ = at::zeros(shape, options)};
    if (!canRevive)
        m_rivals = at::zeros(shape, options);
    if (options.device().is_cpu())
        m_order = at::zeros(shape, options.dtype(at::kInt));
}

MaskPlan RankAllocator::planOf(std::int64_t t) const
{
    // Where the step at T − tf was skipped, the final pattern is chosen at the first step that is not.
    const bool late = t > m_schedule.finalStart() && m_eventStep <= m_schedule.finalStart();
    const bool chooses = m_schedule.masksAt(t) || late;
    // Between events of the cubic phase a pruned λ is free to grow; from T − tf on the pattern is applied every step.
    // A doublet of prune-lora never comes back, so its mask always holds.
    return {.chooses = chooses,
        .masks = chooses || t > m_schedule.finalStart() || !m_canRevive,
        .budget = m_schedule.budgetAt(t)};
}

void RankAllocator::run(const TripletArena& arena, const Importance& importance, const kernels::StepScalars* scalars,
    const at::Tensor& loss, const at::Tensor& gradNorm)
{
    importance.score(arena.values,
        {.into = m_scores,
            .mayStay = m_canRevive ? at::Tensor() : m_kept,
            .rivals = m_rivals,
            .scalars = scalars,
            .loss = loss,
            .gradNorm = gradNorm,
            .workers = arena.workers});
    RECORD_FUNCTION("spectune::select", {});
    const at::Device device = arena.values.device();
    ops::withElementType(arena.values.scalar_type(), [&]<typename T>(T*) {
        using A = kernels::Wide<T>;
        const kernels::SelectArgs<A> args {.triplets = m_kept.numel(),
            .rivals = ops::pointerOf<const A>(m_canRevive ? m_scores.total : m_rivals),
            .places = importance.places(),
            .kept = ops::pointerOf<bool>(m_kept),
            .keptBefore = ops::pointerOf<bool>(m_keptBefore),
            .prunedAt = ops::pointerOf<std::int32_t>(m_prunedAt),
            .revivedAt = ops::pointerOf<std::int32_t>(m_revivedAt),
            .order = ops::pointerOf<std::int32_t>(m_order),
            .threshold = ops::pointerOf<A>(m_threshold),
            .values = ops::pointerOf<A>(arena.values),
            .scalars = scalars,
            .loss = ops::pointerOf<const A>(loss),
            .gradNorm = ops::pointerOf<const A>(gradNorm)};
        ops::tableFor<T>(device).select(args, ops::currentStream(device));
    });
}

void MaskPlan::writeTo(kernels::StepScalars& scalars, std::int64_t t) const
{
    scalars.chooses = chooses ? 1.0 : 0.0;
    scalars.masks = masks ? 1.0 : 0.0;
    scalars.budget = static_cast<double>(budget);
    scalars.stepsDone = static_cast<double>(t + 1);
}

std::vector<std::pair<std::string, at::Tensor>> RankAllocator::state() const
{
    std::vector<std::pair<std::string, at::Tensor>> tensors {{"kept", m_kept.to(at::kByte)},
        {"kept_before", m_keptBefore.to(at::kByte)}, {"pruned_at", m_prunedAt}, {"revived_at", m_revivedAt},
        {"event_step", at::full({1}, m_eventStep, at::kLong)}};
    if (m_eventStep >= 0) {
        tensors.emplace_back("threshold", m_threshold.reshape({1}));
        tensors.emplace_back("score_total", m_scores.total);
        tensors.emplace_back("score_p", m_scores.meanP);
        tensors.emplace_back("score_q", m_scores.meanQ);
        if (m_scores.lambda.defined())
            tensors.emplace_back("score_lambda", m_scores.lambda);
    }
    return tensors;
}

void RankAllocator::restore(const std::function<at::Tensor(const std::string&, at::IntArrayRef)>& source)
{
    const auto shape = m_kept.sizes().vec();
    const auto load = [&](const std::string& name, const at::Tensor& into) { into.copy_(source(name, shape)); };
    load("kept", m_kept);
    load("kept_before", m_keptBefore);
    load("pruned_at", m_prunedAt);
    load("revived_at", m_revivedAt);
    m_eventStep = source("event_step", {1}).item<std::int64_t>();
    if (m_eventStep < 0)
        return;
    m_threshold.copy_(source("threshold", {1}).squeeze(0));
    load("score_total", m_scores.total);
    load("score_p", m_scores.meanP);
    load("score_q", m_scores.meanQ);
    if (m_scores.lambda.defined())
        load("score_lambda", m_scores.lambda);
}

} // namespace spectune
