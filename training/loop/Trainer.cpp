// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/Trainer.h"

#include "training/loop/Device.h"
#include "training/loop/Draws.h"
#include "training/loop/Notices.h"
#include "training/nn/FusedOps.h"
#include "training/optim/ArenaSweep.h"
#include "training/optim/LearningRate.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ThreadLocalState.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace spectune {

namespace {

at::TensorOptions adapterOptions(const DecoderModel& model)
{
    // Triplets and their moments stay in float32 below a half-precision base.
    return model.options().dtype(ops::wideType(model.options().dtype().toScalarType()));
}

at::Generator dropoutGenerator(at::Device device, std::uint64_t seed)
{
    if (device.is_cpu())
        return at::detail::createCPUGenerator(seed);
    at::Generator generator = at::globalContext().defaultGenerator(device).clone();
    generator.set_current_seed(seed);
    return generator;
}

} // namespace

Trainer::Trainer(std::shared_ptr<DecoderModel> model, std::shared_ptr<const ModuleLayout> layout,
    const RunConfig& config, const ResolvedRun& resolved, std::unique_ptr<StepRecorder> recorder)
    : m_model(std::move(model))
    , m_layout(std::move(layout))
    , m_config(config)
    , m_resolved(resolved)
    , m_arena(*m_layout, resolved.scale, adapterOptions(*m_model))
    , m_joined(std::in_place, *m_model, *m_layout, m_arena, hasLambda(config.method))
    , m_workers(m_model->options().device(), config.train.threads, samplesOfForward(config.train))
    , m_optimizer(config.optim, trainedElements(), m_arena.values.options())
    , m_importance(m_arena.order, config.adalora, hasLambda(config.method), m_arena.values.options())
    , m_allocator(*m_layout, resolved.schedule, hasLambda(config.method), m_arena.values.options())
    , m_inputs(m_arena.values.device())
    , m_lossScale(at::zeros({}, m_arena.values.options()))
    , m_loss(at::zeros({}, m_arena.values.options()))
    , m_gradNorm(at::zeros({}, m_arena.values.options()))
    , m_numbers(3, m_arena.values.device())
{
    m_arena.workers = &m_workers.pool();
    const auto seed = static_cast<std::uint64_t>(config.train.seed);
    if (hasLambda(config.method))
        m_arena.initAdaLora(seed);
    else
        m_arena.initLora(seed);
    makeShards(m_workers.size(), {});
    makeGraphs(std::move(recorder));
}

std::int64_t Trainer::trainedElements() const
{
    return hasLambda(m_config.method) ? m_arena.order.size() : m_arena.order.lambdaOffset();
}

void Trainer::makeGraphs(std::unique_ptr<StepRecorder> recorder)
{
    const at::Device device = m_model->options().device();
    if ((device.is_cpu() && !recorder) || m_shards.size() > 1) // there is nothing to record with, nor to tell
        return;
    const bool rewinds = m_config.adalora.dropout > 0.0 && m_config.train.gradientCheckpointing;
    if (const Message reason = whyUnrecorded(rewinds); !reason.empty()) {
        m_notice = both(m_notice, reason);
        return;
    }
    if (!recorder)
        recorder = cudaRecorder(device, generators());
    if (!recorder)
        return;
    // A recording points to the rotary tables, which a longer text would move: they are made whole at once.
    m_model->reserve(m_model->spec().maxPositions);
    m_graphs = std::make_unique<StepGraphs>(
        [this](const PackedBatch& batch, StepPart part) {
            if (part.begins)
                begin();
            accumulate({&batch, 1});
            if (part.ends)
                conclude();
        },
        std::move(recorder));
}

Trainer::Shard::Shard(const DecoderModel& model, const JoinedTriplets& joined, DropoutPass dropout)
    : sums(joined.makeSums())
    , pass(model, joined.adaptersInto(sums), std::move(dropout))
{
}

void Trainer::makeShards(std::size_t count, const std::vector<at::Generator>& generators)
{
    for (std::size_t i = 0; i < count; ++i) {
        DropoutPass dropout {.probability = m_config.adalora.dropout, .generator = std::nullopt};
        if (i < generators.size())
            dropout.generator = generators[i];
        else if (dropout.probability > 0.0)
            dropout.generator = dropoutGenerator(
                m_model->options().device(), static_cast<std::uint64_t>(m_config.train.seed) + 1 + i);
        m_shards.push_back(std::make_unique<Shard>(*m_model, *m_joined, std::move(dropout)));
        m_shards.back()->pass.expectRows(
            samplesOfForward(m_config.train) * (std::min(m_config.data.maxLength, m_model->spec().maxPositions) - 1));
    }
}

std::vector<at::Generator> Trainer::generators() const
{
    std::vector<at::Generator> generators;
    for (const auto& shard : m_shards) {
        if (shard->pass.dropout().generator)
            generators.push_back(*shard->pass.dropout().generator);
    }
    return generators;
}

void Trainer::setClock(PhaseClock* clock)
{
    m_clock = clock;
    m_shards[0]->pass.setClock(clock);
    if (m_graphs)
        m_graphs->forget(); // timed steps are not counted there: a larger one may move the buffers
}

PreparedBatch Trainer::prepare(const Batch& batch) const
{
    return prepared(batch, {.microBatchSize = m_config.train.microBatchSize, .workers = m_shards.size()},
        m_config.data.maxLength, m_model->options().device());
}

StepResult Trainer::step(std::int64_t t, const PreparedBatch& batch, const std::function<void()>& meanwhile)
{
    const bool masks = allocatesBudget(m_config.method) && !m_final;
    const MaskPlan plan = masks ? m_allocator.planOf(t) : MaskPlan {};
    const kernels::StepScalars scalars = scalarsOf(t, batch, plan);
    m_inputs.set(scalars);
    Draws draws(generators());
    try {
        launch(batch);
    } catch (const std::exception&) {
        draws.putBack();
        throw;
    }
    m_updating = true; // for all that is known here
    m_numbers.request();
    if (meanwhile)
        meanwhile();
    const double* numbers = m_numbers.wait();
    StepResult result {.loss = numbers[0],
        .orth = numbers[1],
        .gradNorm = numbers[2],
        .lr = scalars.lr,
        .tokens = batch.targetCount,
        .masked = false,
        .skipped = {}};
    if (!std::isfinite(result.loss))
        result.skipped = makeMessage("the loss is not finite");
    else if (!std::isfinite(result.gradNorm))
        result.skipped = makeMessage("the gradient is not finite");
    else {
        m_optimizer.countStep();
        result.masked = plan.chooses;
        if (plan.chooses) {
            m_allocator.chosen(t);
            shrinkIfFinal();
        }
    }
    m_updating = false;
    PhaseClock::end(m_clock);
    return result;
}

kernels::StepScalars Trainer::scalarsOf(std::int64_t t, const PreparedBatch& batch, const MaskPlan& plan) const
{
    const bool observes = allocatesBudget(m_config.method) && t < m_resolved.schedule.finalStart();
    kernels::StepScalars scalars {.lr = learningRate(m_config.optim, t, m_resolved.totalSteps),
        .observes = observes ? 1.0 : 0.0,
        .lossScale = 1.0 / static_cast<double>(batch.targetCount)};
    m_optimizer.correct(scalars);
    plan.writeTo(scalars, t);
    return scalars;
}

void Trainer::launch(const PreparedBatch& batch)
{
    m_model->reserve(batch.longest);
    const std::size_t count = batch.micros.size();
    if (m_graphs && m_clock == nullptr && count > 0) {
        for (std::size_t i = 0; i < count; ++i)
            m_graphs->run(batch.micros[i].front(), {.begins = i == 0, .ends = i + 1 == count});
        return;
    }
    begin();
    for (const std::vector<PackedBatch>& micro : batch.micros)
        accumulate(micro);
    conclude();
}

void Trainer::begin()
{
    PhaseClock::begin(m_clock, "prepare");
    m_joined->refresh();
    m_loss.zero_();
}

void Trainer::accumulate(std::span<const PackedBatch> parts)
{
    m_updating = false; // an update may have been under way in a recording that failed
    m_lossScale.copy_(m_inputs.lossScale()); // in the type of the losses
    const at::ThreadLocalState here; // a profiler sees the threads that this is set on
    m_workers.run(parts.size(), [&](std::size_t i) {
        const at::ThreadLocalStateGuard there(here);
        const c10::NoGradGuard noGraph; // the pass is written out
        m_shards[i]->pass.run(parts[i], m_lossScale, m_config.train.gradientCheckpointing);
    });
    for (std::size_t i = 0; i < parts.size(); ++i)
        m_loss.add_(m_shards[i]->pass.loss());
}

void Trainer::conclude()
{
    PhaseClock::begin(m_clock, "regularise");
    std::vector<at::Tensor> sums;
    for (const auto& shard : m_shards)
        sums.push_back(shard->sums);
    m_joined->collect(sums); // always in this order: two runs give the same bits
    const at::Tensor& numbers = m_numbers.onDevice();
    if (hasLambda(m_config.method)) {
        addOrthogonalityGradient(m_arena, m_config.adalora.regularizer, m_config.adalora.gamma, m_orthogonality);
        numbers.select(0, 1).copy_(m_orthogonality.value);
    }
    at::linalg_vector_norm_out(m_gradNorm, m_arena.gradients);
    numbers.select(0, 0).copy_(m_loss);
    numbers.select(0, 2).copy_(m_gradNorm);
    update();
}

void Trainer::update()
{
    m_updating = true;
    PhaseClock::begin(m_clock, "update");
    const bool allocates = allocatesBudget(m_config.method);
    ArenaSweep {.values = m_arena.values,
        .gradients = m_arena.gradients,
        .loss = m_loss,
        .gradNorm = m_gradNorm,
        .scalars = m_inputs.data(),
        .maxNorm = m_config.optim.maxGradNorm,
        .optimizer = &m_optimizer,
        .importance = allocates ? &m_importance : nullptr,
        .when = m_config.adalora.sensitivityStep,
        .workers = m_arena.workers}
        .run();
    PhaseClock::begin(m_clock, "allocate");
    if (allocates && !m_final) // what is left once the pattern is final has no mask
        m_allocator.run(m_arena, m_importance, m_inputs.data(), m_loss, m_gradNorm);
}

Message Trainer::notice()
{
    return both(std::exchange(m_notice, {}), m_graphs ? m_graphs->notice() : Message());
}

ArenaState Trainer::held() const
{
    return {.values = m_arena.values,
        .firstMoment = m_optimizer.firstMoment(),
        .secondMoment = m_optimizer.secondMoment(),
        .sensitivity = m_importance.sensitivity(),
        .uncertainty = m_importance.uncertainty()};
}

ArenaState Trainer::state() const
{
    return m_final ? m_final->whole(held()) : held();
}

LambdaState Trainer::lambdas() const
{
    const ArenaState state = held();
    if (m_final)
        return m_final->lambdas(state);
    const ArenaOrder& order = m_arena.order;
    return {.lambda = onGrid(order.lambdas(state.values)),
        .sensitivity = onGrid(order.lambdas(state.sensitivity)),
        .uncertainty = onGrid(order.lambdas(state.uncertainty))};
}

at::Tensor Trainer::onGrid(const at::Tensor& values) const
{
    const std::int64_t modules = m_arena.order.moduleCount();
    if (m_layout->ranks.empty())
        return values.view({modules, m_layout->initRank});
    // Both go module by module, so that the n-th triplet belongs to the n-th place that has one.
    return at::zeros({modules, m_layout->initRank}, values.options())
        .masked_scatter_(m_allocator.kept(), values.reshape({-1}));
}

void Trainer::restore(const ArenaState& state, std::int64_t optimizerSteps)
{
    m_arena.values.copy_(state.values);
    m_optimizer.restore(state.firstMoment, state.secondMoment, optimizerSteps);
    m_importance.restore(state.sensitivity, state.uncertainty);
    shrinkIfFinal();
}

} // namespace spectune
