// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/Trainer.h"

#include "training/data/Packing.h"
#include "training/loop/Device.h"
#include "training/nn/FusedOps.h"
#include "training/optim/ArenaSweep.h"
#include "training/optim/LearningRate.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
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

std::int64_t trainedElements(const ArenaOrder& order, Method method)
{
    return hasLambda(method) ? order.size() : order.lambdaOffset();
}

at::Generator dropoutGenerator(at::Device device, std::uint64_t seed)
{
    if (device.is_cpu())
        return at::detail::createCPUGenerator(seed);
    at::Generator generator = at::globalContext().defaultGenerator(device).clone();
    generator.set_current_seed(seed);
    return generator;
}

struct BeforeAndAfter {
    std::int64_t before = 0;
    std::int64_t after = 0;
};

/// What adalora.shrink did, and what differs from a run without it from here on.
std::string shrinkNotice(const RunConfig& config, BeforeAndAfter triplets, BeforeAndAfter parameters)
{
    std::string text = "The ranks are final: " + std::to_string(triplets.before - triplets.after) + " of "
        + std::to_string(triplets.before) + " triplets leave the arena (adalora.shrink); trained are "
        + std::to_string(parameters.after) + " values instead of " + std::to_string(parameters.before) + ".";
    if (hasLambda(config.method) && config.adalora.gamma > 0.0)
        text += " adalora.gamma is " + toText(config.adalora.gamma)
            + ", and R covers the kept triplets alone from here on: R, the loss, P and Q differ from a run without "
              "adalora.shrink.";
    if (hasLambda(config.method) && config.optim.maxGradNorm > 0.0)
        text
            += " The gradient's norm leaves out the dropped λ: where it is above optim.max_grad_norm, steps are longer "
               "than without adalora.shrink.";
    return text;
}

std::int64_t samplesOfForward(const TrainConfig& train)
{
    return train.microBatchSize > 0 ? std::min(train.microBatchSize, train.batchSize) : train.batchSize;
}

} // namespace

Trainer::Trainer(std::shared_ptr<DecoderModel> model, std::shared_ptr<const ModuleLayout> layout,
    const RunConfig& config, const ResolvedRun& resolved)
    : m_model(std::move(model))
    , m_layout(std::move(layout))
    , m_config(config)
    , m_resolved(resolved)
    , m_arena(*m_layout, resolved.scale, adapterOptions(*m_model))
    , m_joined(std::in_place, *m_model, *m_layout, m_arena, hasLambda(config.method))
    , m_workers(workerCount(m_model->options().device(), config.train.threads, samplesOfForward(config.train)),
          [] { at::set_num_threads(1); })
    , m_optimizer(config.optim, trainedElements(m_arena.order, config.method), m_arena.values.options())
    , m_importance(m_arena.order, config.adalora, hasLambda(config.method), m_arena.values.options())
    , m_allocator(*m_layout, resolved.schedule, hasLambda(config.method), m_arena.values.options())
{
    const auto seed = static_cast<std::uint64_t>(config.train.seed);
    if (hasLambda(config.method))
        m_arena.initAdaLora(seed);
    else
        m_arena.initLora(seed);
    if (m_workers.size() > 1)
        m_alone.emplace(1); // the batch is shared out instead of each product
    makeShards(m_workers.size(), {});
    makeGraphs();
}

void Trainer::makeGraphs()
{
    // In float32 and float64 attention goes sample by sample, which no recording can follow.
    if (m_model->options().device().is_cuda() && m_model->options().dtype() == at::kBFloat16
        && m_config.adalora.dropout == 0.0 && samplesOfForward(m_config.train) == m_config.train.batchSize) {
        // A recording points to the rotary tables, which a longer text would move: they are made whole at once.
        m_model->reserve(m_model->spec().maxPositions);
        m_graphs = std::make_unique<StepGraphs>(
            [this](const PackedBatch& batch, const at::Tensor& scale) {
                const c10::NoGradGuard noGraph;
                m_joined->refresh();
                return finishGradients(m_shards[0]->pass.run(batch, scale, m_config.train.gradientCheckpointing));
            },
            m_model->options().device());
    }
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
}

StepResult Trainer::step(std::int64_t t, const Batch& batch)
{
    const StepTensors tensors = gradientsOf(batch);
    m_orthogonality = tensors.orthogonality;
    // Where a step waits for the device to have done all of it: three numbers in one copy.
    const at::Tensor numbers = tensors.numbers.cpu();
    const auto* values = numbers.const_data_ptr<double>();
    StepResult result {.loss = values[0],
        .orth = values[1],
        .gradNorm = values[2],
        .lr = learningRate(m_config.optim, t, m_resolved.totalSteps),
        .tokens = batch.targetCount,
        .masked = false,
        .skipped = {}};
    if (!std::isfinite(result.loss))
        result.skipped = "the loss is not finite";
    else if (!std::isfinite(result.gradNorm))
        result.skipped = "the gradient is not finite";
    else
        update(t, result.lr, tensors.gradNorm, result);
    PhaseClock::end(m_clock);
    return result;
}

StepTensors Trainer::gradientsOf(const Batch& batch)
{
    if (m_graphs && m_clock == nullptr) {
        return m_graphs->run(packed(batch, m_model->options().device()), lossScale(batch.targetCount, *m_model));
    }
    PhaseClock::begin(m_clock, "prepare");
    m_joined->refresh();
    const at::Tensor loss = backward(batch);
    PhaseClock::begin(m_clock, "regularise");
    return finishGradients(loss);
}

at::Tensor Trainer::backward(const Batch& batch)
{
    at::Tensor total = at::zeros({}, m_arena.values.options());
    for (const Batch& micro : splitMicroBatches(batch, m_config.train.microBatchSize)) {
        const auto samples = static_cast<std::size_t>(micro.samples());
        const std::size_t share = (samples + m_shards.size() - 1) / m_shards.size();
        const std::vector<Batch> parts = splitMicroBatches(micro, static_cast<std::int64_t>(share));
        std::vector<at::Tensor> losses(parts.size());
        m_model->reserve(micro.tokens.size(1));
        m_workers.run(
            parts.size(), [&](std::size_t i) { losses[i] = backwardPart(parts[i], batch.targetCount, *m_shards[i]); });
        for (const at::Tensor& loss : losses)
            total.add_(loss);
    }
    return total;
}

at::Tensor Trainer::backwardPart(const Batch& part, std::int64_t targetCount, Shard& shard)
{
    if (part.targetCount == 0)
        return at::zeros({}, m_arena.values.options());
    const c10::NoGradGuard noGraph; // the pass is written out; the mode is the thread's own
    return shard.pass.run(packed(part, m_model->options().device()), lossScale(targetCount, *m_model),
        m_config.train.gradientCheckpointing);
}

StepTensors Trainer::finishGradients(const at::Tensor& loss)
{
    std::vector<at::Tensor> sums;
    for (const auto& shard : m_shards)
        sums.push_back(shard->sums);
    m_joined->collect(sums); // always in this order: two runs give the same bits
    StepTensors result;
    if (hasLambda(m_config.method))
        result.orthogonality = addOrthogonalityGradient(m_arena, m_config.adalora.regularizer, m_config.adalora.gamma);
    result.gradNorm = m_arena.gradients.norm();
    const at::Tensor orth
        = result.orthogonality.value.defined() ? result.orthogonality.value : at::zeros_like(result.gradNorm);
    result.numbers = at::stack({loss.to(at::kDouble), orth.to(at::kDouble), result.gradNorm.to(at::kDouble)});
    return result;
}

void Trainer::update(std::int64_t t, double lr, const at::Tensor& gradNorm, StepResult& result)
{
    m_updating = true;
    PhaseClock::begin(m_clock, "update");
    const bool allocates = allocatesBudget(m_config.method);
    const bool observes = allocates && t < m_resolved.schedule.finalStart();
    ArenaSweep {.values = m_arena.values,
        .gradients = m_arena.gradients,
        .gradNorm = gradNorm,
        .maxNorm = m_config.optim.maxGradNorm,
        .lr = lr,
        .optimizer = &m_optimizer,
        .importance = observes ? &m_importance : nullptr,
        .when = m_config.adalora.sensitivityStep}
        .run();
    PhaseClock::begin(m_clock, "allocate");
    if (allocates && !m_final) { // what is left once the pattern is final has no mask
        result.masked = m_allocator.apply(t, m_arena, m_importance);
        shrinkIfFinal();
    }
    m_updating = false;
}

std::string Trainer::notice()
{
    std::string text = std::exchange(m_notice, {});
    if (m_graphs)
        text += m_graphs->notice();
    return text;
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
    return {.lambda = order.lambda(state.values),
        .sensitivity = order.lambda(state.sensitivity),
        .uncertainty = order.lambda(state.uncertainty)};
}

void Trainer::restore(const ArenaState& state, std::int64_t optimizerSteps)
{
    m_arena.values.copy_(state.values);
    m_optimizer.restore(state.firstMoment, state.secondMoment, optimizerSteps);
    m_importance.restore(state.sensitivity, state.uncertainty);
    shrinkIfFinal();
}

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
    m_notice = shrinkNotice(m_config, {triplets, m_arena.order.tripletCount()}, {parameters, trainableParameters()});
}

void Trainer::shrinkTo(const ArenaState& kept)
{
    const std::vector<at::Generator> generators = this->generators();
    const std::size_t workers = m_shards.size();
    m_graphs.reset(); // recordings and passes point into the arena as it was
    m_shards.clear();
    const at::TensorOptions options = m_arena.values.options();
    m_arena = TripletArena(*m_layout, m_final->order(), m_resolved.scale, options);
    m_arena.values.copy_(kept.values);
    m_joined.emplace(*m_model, *m_layout, m_arena, hasLambda(m_config.method));
    const std::int64_t steps = m_optimizer.steps();
    m_optimizer = AdamW(m_config.optim, trainedElements(m_arena.order, m_config.method), options);
    m_optimizer.restore(kept.firstMoment, kept.secondMoment, steps);
    m_importance = Importance(m_arena.order, m_config.adalora, hasLambda(m_config.method), options);
    m_importance.restore(kept.sensitivity, kept.uncertainty);
    makeShards(workers, generators);
    setClock(m_clock);
    makeGraphs();
}

} // namespace spectune
