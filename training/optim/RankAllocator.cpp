// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/optim/RankAllocator.h"

#include <ATen/ATen.h>

#include <limits>

namespace spectune {

RankAllocator::RankAllocator(
    const ModuleLayout& layout, const BudgetSchedule& schedule, bool canRevive, at::TensorOptions options)
    : m_schedule(schedule)
    , m_canRevive(canRevive)
{
    const std::array<std::int64_t, 2> shape {static_cast<std::int64_t>(layout.modules.size()), layout.initRank};
    m_kept = at::ones(shape, options.dtype(at::kBool));
    m_keptBefore = m_kept.clone();
    m_prunedAt = at::full(shape, -1, options.dtype(at::kInt));
    m_revivedAt = m_prunedAt.clone();
    m_threshold = at::zeros({}, options);
}

bool RankAllocator::apply(std::int64_t t, TripletArena& arena, const Importance& importance)
{
    // Where the step at T − tf was skipped, the final pattern is chosen at the first step that is not.
    const bool late = t > m_schedule.finalStart() && m_eventStep <= m_schedule.finalStart();
    const bool chooses = m_schedule.masksAt(t) || late;
    if (chooses)
        choose(t, importance.scores(arena.values));
    // Between events of the cubic phase a pruned λ is free to grow; from T − tf on the pattern is applied every step.
    // A doublet of prune-lora never comes back, so its mask always holds.
    if (chooses || t > m_schedule.finalStart() || !m_canRevive)
        arena.order.lambda(arena.values).masked_fill_(m_kept.logical_not(), 0.0);
    return chooses;
}

void RankAllocator::choose(std::int64_t t, const TripletScores& scores)
{
    at::Tensor total = scores.total;
    if (!m_canRevive)
        total = total.masked_fill(m_kept.logical_not(), -std::numeric_limits<double>::infinity());
    // A stable sort keeps equal scores in the order of matrix, then index.
    const auto [sorted, indices] = at::sort(total.flatten(), /*stable=*/true, /*dim=*/0, /*descending=*/true);
    const std::int64_t budget = m_schedule.budgetAt(t);
    m_keptBefore = m_kept;
    m_kept = at::zeros_like(m_kept.flatten()).index_fill_(0, indices.narrow(0, 0, budget), 1).view_as(m_keptBefore);
    m_scores = scores;
    m_threshold = budget > 0 ? sorted.select(0, budget - 1) : at::full_like(m_threshold, 0.0);
    m_eventStep = t + 1;
    m_prunedAt.masked_fill_(m_keptBefore.logical_and(m_kept.logical_not()), static_cast<double>(t + 1));
    m_revivedAt.masked_fill_(m_kept.logical_and(m_keptBefore.logical_not()), static_cast<double>(t + 1));
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
    const auto load = [&](const std::string& name, const at::Tensor& like) {
        return source(name, shape).to(like.options(), /*non_blocking=*/false, /*copy=*/true);
    };
    m_kept = load("kept", m_kept);
    m_keptBefore = load("kept_before", m_keptBefore);
    m_prunedAt = load("pruned_at", m_prunedAt);
    m_revivedAt = load("revived_at", m_revivedAt);
    m_eventStep = source("event_step", {1}).item<std::int64_t>();
    if (m_eventStep < 0)
        return;
    m_threshold = source("threshold", {1}).to(m_threshold.options()).squeeze(0);
    const bool hasLambda = m_canRevive;
    const at::Tensor like = at::empty({0}, m_threshold.options());
    m_scores = {.total = load("score_total", like),
        .lambda = hasLambda ? load("score_lambda", like) : at::Tensor(),
        .meanP = load("score_p", like),
        .meanQ = load("score_q", like)};
}

} // namespace spectune
