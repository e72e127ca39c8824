// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/EngineApi.h"
#include "training/config/RunConfig.h"
#include "training/core/StopToken.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spectune {

/// What is timed: steps on random weights of a named shape, made in place, and random ids. Every token but a sample's
/// last bears loss; the schedule is in its cubic phase, so that the allocation of the budget is part of the steps.
struct BenchCommand {
    std::string shape = "demo"; ///< one of benchShapes()
    std::int64_t batch = 8;
    std::int64_t sequence = 256;
    std::string method = "adalora"; ///< or "lora"; "frozen": forward and the gradient of the embedding's output alone
    std::int64_t steps = 20; ///< timed
    std::int64_t warmUp = 5; ///< ahead of them
    ElementType dtype = ElementType::Float32;
    std::string device = "cpu";
    std::int64_t threads = 0; ///< of the CPU; 0: physical cores
    std::int64_t initRank = 12; ///< LoRA's rank
    std::int64_t targetRank = 8;
    std::int64_t deltaT = 1;
    std::int64_t microBatch = 0;
    bool recomputes = false; ///< train.gradient_checkpointing
    bool snapshots = false; ///< made as often as a session asks for them (SnapshotPace)
    std::string profile; ///< where to write a Chrome trace of three further steps; empty: none
    StopToken stop;
};

struct BenchReport {
    double median = 0.0; ///< ms a step
    double p10 = 0.0;
    double p90 = 0.0;
    double mean = 0.0; ///< in which the steps with a snapshot weigh what they are
    double tokensPerSecond = 0.0; ///< rows / median
    double teraflops = 0.0; ///< 10¹² operations a second, of the frozen model's own products
    std::int64_t peakBytes = 0; ///< memory in tensors at most
    std::int64_t frozenParameters = 0;
    std::int64_t trainedParameters = 0;
    std::int64_t rows = 0; ///< tokens computed a step: all but a sample's last, which has nothing to predict
    std::int64_t threads = 0; ///< of the CPU
    std::string deviceName;
    std::string instructionSet; ///< of the CPU's kernels
    std::string notice; ///< why steps were not recorded, where they should have been; empty: nothing to tell
    std::vector<std::pair<std::string, double>> phases; ///< ms a step, of one worker, measured apart from the median
    /// The phases' steps were launched one operation after the other, the timed ones played from recordings: the phases
    /// add up to more than the median.
    bool phasesLaunchedSingly = false;

    [[nodiscard]] double phaseSum() const ///< ms
    {
        double sum = 0.0;
        for (const auto& [name, ms] : phases)
            sum += ms;
        return sum;
    }
};

[[nodiscard]] SPECTUNE_ENGINE_API std::vector<std::string_view> benchShapes();
/// @throws Error (Config) for a shape or method that there is not
[[nodiscard]] SPECTUNE_ENGINE_API BenchReport bench(const BenchCommand& command);

class StepRecorder;
/// With a recorder of its own; null: CUDA graphs, where there are any.
[[nodiscard]] BenchReport bench(const BenchCommand& command, std::unique_ptr<StepRecorder> recorder);

} // namespace spectune
