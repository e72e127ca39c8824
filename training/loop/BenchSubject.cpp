// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/BenchSubject.h"

#include "training/config/Validation.h"
#include "training/loop/BatchWorkers.h"
#include "training/loop/Device.h"
#include "training/loop/RunContext.h"
#include "training/loop/SnapshotBuilder.h"
#include "training/loop/Trainer.h"
#include "training/session/SnapshotPace.h"

#include <ATen/ATen.h>
#include <ATen/ThreadLocalState.h>
#include <c10/core/GradMode.h>

#include <chrono>
#include <span>
#include <utility>
#include <vector>

namespace spectune {

namespace {

class AdaptedSubject final : public BenchSubject {
public:
    AdaptedSubject(const std::shared_ptr<DecoderModel>& model, const RunConfig& config, bool snapshots,
        std::unique_ptr<StepRecorder> recorder)
        : m_resolved(resolveRun(config, factsOf(model->spec(), config)))
        , m_trainer(model,
              std::make_shared<const ModuleLayout>(
                  adaptedLayout(model->spec(), TargetSelection::of(config.adalora), m_resolved.initRank)),
              config, m_resolved, std::move(recorder))
        , m_snapshots(snapshots)
    {
    }
    [[nodiscard]] PreparedBatch prepare(const Batch& batch) const override { return m_trainer.prepare(batch); }
    void step(std::int64_t t, const PreparedBatch& batch, const std::function<void()>& meanwhile) override
    {
        (void)m_trainer.step(t, batch, meanwhile);
        const auto now = std::chrono::steady_clock::now();
        if (!m_snapshots || !m_pace.isDue(now))
            return;
        (void)buildSnapshot(m_trainer, t + 1, m_resolved.schedule.budgetAt(t));
        m_pace.made(now, std::chrono::steady_clock::now());
    }
    void setClock(PhaseClock* clock) override { m_trainer.setClock(clock); }
    [[nodiscard]] std::int64_t trainedParameters() const override { return m_trainer.trainableParameters(); }
    [[nodiscard]] std::string notice() override { return m_trainer.notice().english(); }

private:
    ResolvedRun m_resolved;
    Trainer m_trainer;
    bool m_snapshots;
    SnapshotPace m_pace;
};

/// Forward and input gradients of the frozen model, shared out and recorded as the trainer does it.
class FrozenSubject final : public BenchSubject {
public:
    /// @param targets loss-bearing tokens of a batch @param recorder null: steps are not recorded
    FrozenSubject(const std::shared_ptr<DecoderModel>& model, const RunConfig& config, std::int64_t targets,
        std::unique_ptr<StepRecorder> recorder)
        : m_model(model)
        , m_recomputes(config.train.gradientCheckpointing)
        , m_scale(lossScale(targets, *model))
        , m_loss(1, model->options().device())
        , m_workers(model->options().device(), config.train.threads, config.train.batchSize)
        , m_graphs(
              [this](const PackedBatch& batch, StepPart) {
                  compute({&batch, 1});
              },
              std::move(recorder))
    {
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
        if (m_graphs.isEnabled() && m_clock == nullptr && parts.size() == 1)
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
    BatchWorkers m_workers;
    std::vector<std::unique_ptr<TrainingPass>> m_passes;
    StepGraphs m_graphs;
    PhaseClock* m_clock = nullptr;
};

} // namespace

std::unique_ptr<BenchSubject> benchSubject(const BenchCommand& command, const RunConfig& config,
    const std::shared_ptr<DecoderModel>& model, std::unique_ptr<StepRecorder> recorder)
{
    if (command.method != "frozen")
        return std::make_unique<AdaptedSubject>(model, config, command.snapshots, std::move(recorder));
    if (!recorder)
        recorder = cudaRecorder(model->options().device(), {});
    return std::make_unique<FrozenSubject>(model, config, command.batch * (command.sequence - 1), std::move(recorder));
}

} // namespace spectune
