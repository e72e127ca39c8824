// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/RunConfig.h"
#include "training/core/PhaseClock.h"
#include "training/data/Packing.h"
#include "training/loop/Bench.h"
#include "training/loop/StepRecorder.h"
#include "training/nn/DecoderModel.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace spectune {

/// What the bench times: steps, one after the other. Made, used and destroyed on one thread.
class BenchSubject {
public:
    BenchSubject() = default;
    virtual ~BenchSubject() = default;
    BenchSubject(const BenchSubject&) = delete;
    BenchSubject& operator=(const BenchSubject&) = delete;

    [[nodiscard]] virtual PreparedBatch prepare(const Batch& batch) const = 0;
    /// @param meanwhile see Trainer::step()
    virtual void step(std::int64_t t, const PreparedBatch& batch, const std::function<void()>& meanwhile) = 0;
    /// See Trainer::setClock(): the steps that it times are launched one operation after the other.
    virtual void setClock(PhaseClock* clock) = 0;
    [[nodiscard]] virtual std::int64_t trainedParameters() const = 0;
    /// Why steps are not recorded, where they should be; told once. Empty: nothing to tell.
    [[nodiscard]] virtual std::string notice() = 0;
};

/// Of @p command's method. @param config the command as a run's. @param recorder null: CUDA graphs, where there are any
[[nodiscard]] std::unique_ptr<BenchSubject> benchSubject(const BenchCommand& command, const RunConfig& config,
    const std::shared_ptr<DecoderModel>& model, std::unique_ptr<StepRecorder> recorder);

} // namespace spectune
