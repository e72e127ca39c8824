// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/Bench.h"

#include "training/config/Validation.h"
#include "training/core/Error.h"
#include "training/core/PhaseClock.h"
#include "training/core/WorkerPool.h"
#include "training/cuda/Kernels.h"
#include "training/loop/BenchShapes.h"
#include "training/loop/Device.h"
#include "training/loop/Prefetcher.h"
#include "training/loop/RunContext.h"
#include "training/loop/SnapshotBuilder.h"
#include "training/loop/Trainer.h"
#include "training/nn/ThreadCount.h"
#include "training/session/TrainingEngine.h"

#include <ATen/ATen.h>
#include <ATen/ThreadLocalState.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/profiler_kineto.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <numeric>

namespace spectune {

namespace {

/// Weights of the usual spread: what they are changes no timing, but they must not overflow.
/// @param rank of the triplets to come
std::shared_ptr<DecoderModel> randomModel(const ModelSpec& spec, at::TensorOptions options, std::int64_t rank)
{
    const WeightSource source = [options](const std::string& name, at::IntArrayRef shape) {
        at::Tensor weight = at::empty(shape, options);
        return name.ends_with("norm.weight") ? weight.fill_(1.0) : weight.normal_(0.0, 0.02);
    };
    return std::make_shared<DecoderModel>(spec, source, options, nullptr, joinedRank(rank, options));
}

Batch randomBatch(const ModelSpec& spec, std::int64_t batch, std::int64_t sequence)
{
    const at::Tensor tokens = at::randint(3, spec.vocabulary, {batch, sequence}, at::kLong);
    at::Tensor targets = at::full({batch, sequence}, Batch::ignored, at::kLong);
    targets.narrow(1, 0, sequence - 1).copy_(tokens.narrow(1, 1, sequence - 1));
    return {.tokens = tokens, .targets = targets, .targetCount = batch * (sequence - 1)};
}

RunConfig configOf(const BenchCommand& command)
{
    RunConfig config;
    config.model.path = command.shape;
    config.data.maxLength = command.sequence;
    config.train.seed = 0;
    config.train.steps = 10 * (command.steps + command.warmUp) + 100;
    config.train.batchSize = command.batch;
    config.train.microBatchSize = command.microBatch;
    config.train.gradientCheckpointing = command.recomputes;
    config.train.dtype = command.dtype;
    config.train.threads = command.threads;
    config.optim.lr = 1e-3;
    config.adalora.initRank = command.initRank;
    config.adalora.targetRank = command.targetRank;
    config.adalora.alpha = 2.0 * static_cast<double>(command.initRank);
    config.adalora.ti = 1;
    config.adalora.tf = 10;
    config.adalora.deltaT = command.deltaT;
    if (command.method == "lora") {
        config.method = Method::Lora;
        config.adalora.targetRank = command.initRank;
    } else if (command.method != "adalora" && command.method != "frozen")
        throw configError("--method %1 is not known. There are adalora, lora and frozen.", command.method);
    return config;
}

/// What is timed.
class Subject {
public:
    virtual ~Subject() = default;
    [[nodiscard]] virtual PreparedBatch prepare(const Batch& batch) const = 0;
    /// @param meanwhile see Trainer::step()
    virtual void step(std::int64_t t, const PreparedBatch& batch, const std::function<void()>& meanwhile) = 0;
    virtual void setClock(PhaseClock* clock) = 0;
    [[nodiscard]] virtual std::int64_t trainedParameters() const = 0;
    [[nodiscard]] virtual std::string notice() = 0;
};

class AdaptedSubject : public Subject {
public:
    AdaptedSubject(const std::shared_ptr<DecoderModel>& model, const RunConfig& config, bool snapshots)
        : m_resolved(resolveRun(config, factsOf(model->spec(), config)))
        , m_trainer(model,
              std::make_shared<const ModuleLayout>(
                  adaptedLayout(model->spec(), TargetSelection::of(config.adalora), m_resolved.initRank)),
              config, m_resolved)
        , m_snapshots(snapshots)
    {
    }
    [[nodiscard]] PreparedBatch prepare(const Batch& batch) const override { return m_trainer.prepare(batch); }
    void step(std::int64_t t, const PreparedBatch& batch, const std::function<void()>& meanwhile) override
    {
        (void)m_trainer.step(t, batch, meanwhile);
        const auto now = std::chrono::steady_clock::now();
        if (!m_snapshots || now - m_shown < RunControl::snapshotInterval)
            return;
        (void)buildSnapshot(m_trainer, t + 1, m_resolved.schedule.budgetAt(t));
        m_shown = now;
    }
    void setClock(PhaseClock* clock) override { m_trainer.setClock(clock); }
    [[nodiscard]] std::int64_t trainedParameters() const override { return m_trainer.trainableParameters(); }
    [[nodiscard]] std::string notice() override { return m_trainer.notice().english(); }

private:
    ResolvedRun m_resolved;
    Trainer m_trainer;
    bool m_snapshots;
    std::chrono::steady_clock::time_point m_shown {}; ///< when the last snapshot was made
};

int productsOf(const DecoderModel& model, const TrainConfig& train)
{
    return productThreads(model.options().device(), train.threads, train.batchSize);
}

/// Forward and input gradients of the frozen model, shared out and recorded as the trainer does it.
class FrozenSubject : public Subject {
public:
    /// @param targets loss-bearing tokens of a batch
    FrozenSubject(const std::shared_ptr<DecoderModel>& model, const RunConfig& config, std::int64_t targets)
        : m_model(model)
        , m_recomputes(config.train.gradientCheckpointing)
        , m_scale(lossScale(targets, *model))
        , m_loss(1, model->options().device())
        , m_workers(workerCount(model->options().device(), config.train.threads, config.train.batchSize),
              [each = productsOf(*model, config.train)] { useThreads(each); })
        , m_graphs(
              [this](const PackedBatch& batch, StepPart) {
                  compute({&batch, 1});
              },
              model->options().dtype() == at::kBFloat16 ? cudaRecorder(model->options().device(), {}) : nullptr)
    {
        if (m_workers.size() > 1)
            m_alone.emplace(productsOf(*model, config.train));
        for (std::size_t i = 0; i < m_workers.size(); ++i) {
            m_passes.push_back(std::make_unique<TrainingPass>(*model, AdapterSet {}, DropoutPass {}));
            m_passes.back()->reachEmbedding();
        }
        m_model->reserve(m_model->spec().maxPositions);
    }
    [[nodiscard]] PreparedBatch prepare(const Batch& batch) const override
    {
        return prepared(batch, {.workers = m_workers.size()}, batch.tokens.size(1), m_model->options().device());
    }
    void step(std::int64_t /*t*/, const PreparedBatch& batch, const std::function<void()>& meanwhile) override
    {
        const std::vector<PackedBatch>& parts = batch.micros.front();
        if (m_graphs.isEnabled() && m_clock == nullptr)
            m_graphs.run(parts.front());
        else
            compute(parts);
        m_loss.request();
        meanwhile();
        (void)m_loss.wait(); // as a trainer waits for its loss
    }
    void setClock(PhaseClock* clock) override
    {
        m_clock = clock;
        m_passes[0]->setClock(clock);
        m_graphs.forget(); // as Trainer::setClock()
    }
    [[nodiscard]] std::int64_t trainedParameters() const override { return 0; }
    [[nodiscard]] std::string notice() override { return m_graphs.notice().english(); }

private:
    void compute(std::span<const PackedBatch> parts)
    {
        std::vector<at::Tensor> losses(parts.size());
        const at::ThreadLocalState here; // for a profile
        m_workers.run(parts.size(), [&](std::size_t i) {
            const at::ThreadLocalStateGuard there(here);
            const c10::NoGradGuard noGraph;
            losses[i] = m_passes[i]->run(parts[i], m_scale, m_recomputes);
        });
        m_loss.onDevice().copy_(losses.front());
    }

    std::shared_ptr<DecoderModel> m_model;
    bool m_recomputes;
    at::Tensor m_scale;
    Readback m_loss; ///< of the first worker's part
    WorkerPool m_workers;
    std::optional<ThreadCountGuard> m_alone;
    std::vector<std::unique_ptr<TrainingPass>> m_passes;
    StepGraphs m_graphs;
    PhaseClock* m_clock = nullptr;
};

/// Of the frozen model's forward and input gradients: 4 operations a weight and token, and causal attention forward and
/// 2.5 times that backward (PERFORMANCE.md's floor). The head works on every row here.
double operations(const ModelSpec& spec, std::int64_t batch, std::int64_t length)
{
    double weights = static_cast<double>(spec.vocabulary * spec.width);
    for (std::size_t i = 0; i < matrixNames.size(); ++i) {
        const auto shape = matrixShape(spec, static_cast<Matrix>(i));
        weights += static_cast<double>(spec.layers * shape[0] * shape[1]);
    }
    const auto rows = static_cast<double>(batch * length);
    const double attention = 2.0 * rows * static_cast<double>((length + 1) * spec.heads * spec.headDim * spec.layers);
    return 4.0 * weights * rows + 3.5 * attention;
}

double quantile(const std::vector<double>& sorted, double share)
{
    const double place = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (sorted[above] - sorted[below]) * (place - static_cast<double>(below));
}

void writeProfile(const std::string& path, at::Device device, const std::function<void()>& body)
{
    using namespace torch::autograd::profiler;
    std::set<ActivityType> activities {ActivityType::CPU};
    if (device.is_cuda())
        activities.insert(ActivityType::CUDA);
    const torch::profiler::impl::ProfilerConfig config(torch::profiler::impl::ProfilerState::KINETO);
    prepareProfiler(config, activities);
    enableProfiler(config, activities);
    body();
    disableProfiler()->save(path);
}

/// @throws Error (Config, Io) where the command cannot be carried out
void check(const BenchCommand& command, const ModelSpec& spec, const RunConfig& config)
{
    if (command.sequence < 2 || command.sequence > spec.maxPositions)
        throw configError(
            "--seq is %1, but %2 takes 2 to %3 tokens.", command.sequence, command.shape, spec.maxPositions);
    if (!command.profile.empty() && !std::ofstream(command.profile))
        throw ioError("--profile %1 cannot be written. Name a file in a folder that exists.", command.profile);
    if (command.method == "frozen" && command.microBatch != 0)
        throw configError("--micro-batch does not go with --method frozen, which runs the batch whole.");
    const std::int64_t side = factsOf(spec, config).smallestSide;
    if (command.initRank > side)
        throw configError(
            "--init-rank is %1, above the smallest side of %2's matrices, %3.", command.initRank, command.shape, side);
    if (command.method == "adalora" && command.targetRank >= command.initRank)
        throw configError("--target-rank is %1, must be below --init-rank %2.", command.targetRank, command.initRank);
}

void add(const std::vector<double>& sorted, BenchReport& report)
{
    report.median = quantile(sorted, 0.5);
    report.p10 = quantile(sorted, 0.1);
    report.p90 = quantile(sorted, 0.9);
    report.mean = std::accumulate(sorted.begin(), sorted.end(), 0.0) / static_cast<double>(sorted.size());
}

} // namespace

std::vector<std::string_view> benchShapes()
{
    return shapeNames();
}

BenchReport bench(const BenchCommand& command)
{
    BenchReport report;
    withTorchErrors([&] {
        const ModelSpec spec = shapeNamed(command.shape);
        const RunConfig config = configOf(command);
        check(command, spec, config);
        const at::Device device = parseDevice(command.device);
        prepareThread(device, command.threads);
        resetPeakMemory(device);
        const auto model = randomModel(spec, at::TensorOptions().dtype(scalarType(command.dtype)).device(device),
            command.method == "frozen" ? 0 : command.initRank);
        std::unique_ptr<Subject> subject;
        if (command.method == "frozen")
            subject = std::make_unique<FrozenSubject>(model, config, command.batch * (command.sequence - 1));
        else
            subject = std::make_unique<AdaptedSubject>(model, config, command.snapshots);

        std::int64_t t = 0;
        Prefetcher ahead([&] { return subject->prepare(randomBatch(spec, command.batch, command.sequence)); }, device);
        const auto step = [&] {
            command.stop.throwIfStopped();
            const PreparedBatch batch = ahead.take();
            settle(device);
            const auto start = std::chrono::steady_clock::now();
            subject->step(t++, batch, [&ahead] { ahead.prepare(); });
            settle(device);
            return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
        };
        for (std::int64_t i = 0; i < command.warmUp; ++i)
            (void)step();
        std::vector<double> times;
        for (std::int64_t i = 0; i < command.steps; ++i)
            times.push_back(step());
        report.peakBytes = peakMemory(device);

        PhaseClock clock([device] { settle(device); });
        constexpr int clocked = 5;
        subject->setClock(&clock);
        for (int i = 0; i < clocked; ++i)
            (void)step();
        subject->setClock(nullptr);
        for (const auto& [name, seconds] : clock.seconds())
            report.phases.emplace_back(name, seconds * 1e3 / clocked);
        if (!command.profile.empty())
            writeProfile(command.profile, device, [&] {
                for (int i = 0; i < 3; ++i)
                    (void)step();
            });

        std::sort(times.begin(), times.end());
        add(times, report);
        report.tokensPerSecond = static_cast<double>(command.batch * command.sequence) / report.median * 1e3;
        report.rows = command.batch * (command.sequence - 1);
        report.teraflops = operations(spec, command.batch, command.sequence - 1) / report.median / 1e9;
        report.frozenParameters = model->parameterCount();
        report.trainedParameters = subject->trainedParameters();
        report.deviceName = deviceName(device).english();
        report.instructionSet = kernels::cpuInstructionSet();
        report.notice = subject->notice();
    });
    return report;
}

} // namespace spectune
