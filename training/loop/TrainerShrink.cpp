// SPDX-License-Identifier: GPL-3.0-or-later
// adalora.shrink: from T − tf on, the arena holds the triplets that are left.
#include "training/loop/Trainer.h"

#include "training/config/EnumNames.h"
#include "training/loop/Notices.h"

#include <utility>

namespace spectune {

namespace {

struct BeforeAndAfter {
    std::int64_t before = 0;
    std::int64_t after = 0;
};

/// What adalora.shrink did, and what differs from a run without it from here on.
Message shrinkNotice(const RunConfig& config, BeforeAndAfter triplets, BeforeAndAfter parameters)
{
    const bool prunes = hasLambda(config.method);
    const Message regularizer = prunes && config.adalora.gamma > 0.0
        ? makeMessage(
            " adalora.gamma is %1, and R covers the kept triplets alone from here on: R, the loss, P and Q differ "
            "from a run without adalora.shrink.",
            toText(config.adalora.gamma))
        : Message();
    const Message clip = prunes && config.optim.maxGradNorm > 0.0
        ? makeMessage(" The gradient's norm leaves out the dropped λ: where it is above optim.max_grad_norm, steps are "
                      "longer than without adalora.shrink.")
        : Message();
    return makeMessage("The ranks are final: %1 of %2 triplets leave the arena (adalora.shrink); trained are %3 values "
                       "instead of %4.%5%6",
        triplets.before - triplets.after, triplets.before, parameters.after, parameters.before, regularizer, clip);
}

} // namespace

void Trainer::shrinkIfFinal()
{
    const bool isFinal = m_allocator.eventStep() > m_resolved.schedule.finalStart();
    if (!m_config.adalora.shrink || !allocatesBudget(m_config.method) || !isFinal || m_final)
        return;
    const std::int64_t triplets = m_arena.order.tripletCount();
    const std::int64_t parameters = trainableParameters();
    FinalTriplets parts(*m_layout, m_allocator.kept(), held());
    const ArenaState kept = parts.take(held());
    m_final.emplace(std::move(parts));
    shrinkTo(kept);
    m_notice = both(m_notice,
        shrinkNotice(m_config, {triplets, m_arena.order.tripletCount()}, {parameters, trainableParameters()}));
}

void Trainer::shrinkTo(const ArenaState& kept)
{
    const std::vector<at::Generator> generators = this->generators();
    const std::size_t workers = m_shards.size();
    m_notice = notice(); // the graphs' too, which may have failed in this very step
    std::unique_ptr<StepRecorder> recorder = m_graphs ? m_graphs->release() : nullptr;
    m_graphs.reset(); // recordings and passes point into the arena as it was
    m_shards.clear();
    const at::TensorOptions options = m_arena.values.options();
    m_arena = TripletArena(*m_layout, m_final->order(), m_resolved.scale, options);
    m_arena.workers = &m_workers.pool();
    m_arena.values.copy_(kept.values);
    m_joined.emplace(*m_model, *m_layout, m_arena, hasLambda(m_config.method));
    const std::int64_t steps = m_optimizer.steps();
    m_optimizer = AdamW(m_config.optim, trainedElements(), options);
    m_optimizer.restore(kept.firstMoment, kept.secondMoment, steps);
    m_importance = Importance(m_arena.order, m_config.adalora, hasLambda(m_config.method), options);
    m_importance.restore(kept.sensitivity, kept.uncertainty);
    makeShards(workers, generators);
    setClock(m_clock);
    if (recorder) // else there never was one, or it could not record
        makeGraphs(std::move(recorder));
}

} // namespace spectune
