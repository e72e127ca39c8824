// SPDX-License-Identifier: GPL-3.0-or-later
// Small runs in float64 whose steps are recorded without a GPU: a recorder that keeps what it was told and does it when
// it is played stands in for CUDA's.
#pragma once

#include "tests/support/Tensors.h"
#include "training/loop/RunContext.h"
#include "training/loop/Trainer.h"

#include <QtTest/QtTest>

#include <cmath>
#include <memory>
#include <new>
#include <string>
#include <vector>

namespace spectune::testing {

/// What a test learns of its recorder.
struct Log {
    int recorded = 0;
    int played = 0;
    int alive = 0;
    int failsAt = -1; ///< which recording cannot be made
    bool lacksMemory = false; ///< fails by the standard library's exception, not by LibTorch's
};

class KeptWork final : public StepRecording {
public:
    KeptWork(std::function<void()> work, Log& log)
        : m_work(std::move(work))
        , m_log(log)
    {
        ++m_log.alive;
    }
    ~KeptWork() override { --m_log.alive; }
    void play() override
    {
        ++m_log.played;
        m_work();
    }

private:
    std::function<void()> m_work;
    Log& m_log;
};

class TestRecorder final : public StepRecorder {
public:
    explicit TestRecorder(Log& log)
        : m_log(log)
    {
    }
    std::unique_ptr<StepRecording> record(const std::function<void()>& body) override
    {
        if (m_log.recorded == m_log.failsAt && m_log.lacksMemory)
            throw std::bad_alloc();
        TORCH_CHECK(m_log.recorded != m_log.failsAt, "operation not permitted when stream is capturing");
        ++m_log.recorded;
        return std::make_unique<KeptWork>(body, m_log);
    }

private:
    Log& m_log;
};

inline constexpr std::int64_t steps = 20;
inline constexpr std::int64_t lastEvent = 12; ///< T − tf

inline RunConfig configOf(std::int64_t micro = 0, double dropout = 0.0)
{
    RunConfig config;
    config.train = {.seed = 5, .steps = steps, .batchSize = 4, .dtype = ElementType::Float64, .threads = 1};
    config.train.microBatchSize = micro;
    config.optim.lr = 0.005;
    config.method = Method::AdaLora;
    config.adalora.targetRank = 2;
    config.adalora.initRank = 4;
    config.adalora.alpha = 16.0;
    config.adalora.ti = 2;
    config.adalora.tf = 8;
    config.adalora.deltaT = 2;
    config.adalora.dropout = dropout;
    return config;
}

inline std::unique_ptr<Trainer> trainerOf(const RunConfig& config, std::unique_ptr<StepRecorder> recorder)
{
    prepareThread(at::kCPU, 1);
    const auto model = loadWeights(tinyModel("llama-untied"), at::kDouble);
    const ResolvedRun resolved = resolveRun(config, factsOf(model->spec(), config));
    const auto layout = std::make_shared<const ModuleLayout>(
        adaptedLayout(model->spec(), TargetSelection::of(config.adalora), resolved.initRank));
    return std::make_unique<Trainer>(model, layout, config, resolved, std::move(recorder));
}

/// Four samples, @p length long.
inline Batch batchOf(std::int64_t t, std::int64_t length)
{
    Random random(static_cast<std::uint64_t>(200 + t));
    Batch batch {.tokens = random.integers(64, {4, length}), .targets = random.integers(64, {4, length})};
    batch.targets[1].narrow(0, length - 2, 2).fill_(Batch::ignored);
    batch.targetCount = 4 * length - 2;
    return batch;
}

/// Their lengths come back every third step.
inline Batch batchAt(std::int64_t t)
{
    return batchOf(t, 5 + 3 * (t % 3));
}

struct Run {
    std::vector<StepResult> results;
    at::Tensor values;
    at::Tensor kept;
    at::Tensor orthogonality;
    std::string notices;
};

/// @param poisonedStep one of the base's weights is not a number then; −1: never
inline Run train(const RunConfig& config, std::unique_ptr<StepRecorder> recorder, std::int64_t poisonedStep = -1)
{
    const auto trainer = trainerOf(config, std::move(recorder));
    at::Tensor weight = trainer->model().linear(1, Matrix::Up).weight;
    const double good = weight[0][0].item<double>();
    Run run;
    for (std::int64_t t = 0; t < steps; ++t) {
        weight[0][0] = t == poisonedStep ? std::nan("") : good;
        run.results.push_back(trainer->step(t, batchAt(t)));
        run.notices += trainer->notice().english();
    }
    run.values = trainer->arena().values.clone();
    run.kept = trainer->allocator().kept().clone();
    run.orthogonality = trainer->orthogonality().errorP().clone();
    return run;
}

} // namespace spectune::testing
