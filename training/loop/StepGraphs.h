// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/nn/PackedBatch.h"
#include "training/optim/OrthogonalityRegularizer.h"

#include <ATen/core/Tensor.h>

#include <functional>
#include <list>
#include <memory>
#include <string>

namespace spectune {

/// What the part of a step up to the update leaves on the device.
struct StepTensors {
    at::Tensor numbers; ///< C, R, gradient norm: [3] float64
    at::Tensor gradNorm; ///< scalar in the arena's type
    OrthogonalityResult orthogonality;
};

/// Records that part of a step as CUDA graphs, one for each form of a batch, and plays it back: a step of a small model is
/// otherwise bound by the launching of its thousands of kernels. A form is recorded when it comes the second time; where
/// recording fails, steps run as ever from then on, and notice() says so.
class StepGraphs {
public:
    /// Works on the tensors of its arguments alone; what it writes stays in place from call to call.
    using Body = std::function<StepTensors(const PackedBatch& batch, const at::Tensor& scale)>;

    StepGraphs(Body body, at::Device device);
    ~StepGraphs();
    StepGraphs(const StepGraphs&) = delete;
    StepGraphs& operator=(const StepGraphs&) = delete;

    /// @param scale 1 / loss-bearing tokens, scalar. The result is overwritten by the next call.
    [[nodiscard]] StepTensors run(const PackedBatch& batch, const at::Tensor& scale);
    /// Drops all recordings: numbers that they hold have changed.
    void forget();
    /// What is to be told once; empty: nothing.
    [[nodiscard]] std::string notice();

private:
    struct Recording;

    [[nodiscard]] bool outgrows(const PackedBatch& batch);
    /// The recording of this form, with the batch taken in; null where the form is new (it is known from then on).
    [[nodiscard]] Recording* recordingFor(const PackedBatch& batch, const at::Tensor& scale);
    [[nodiscard]] bool record(Recording& recording);

    static constexpr std::size_t most = 16; ///< recordings kept; the one used longest ago goes first
    Body m_body;
    at::Device m_device;
    std::list<std::unique_ptr<Recording>> m_recordings; ///< latest first
    /// Rows, tokens of a sample and loss-bearing rows at most so far, and whether those were ever listed: a batch that goes
    /// beyond moves the buffers that recordings point to.
    std::int64_t m_rows = 0;
    std::int64_t m_longest = 0;
    std::int64_t m_targets = 0;
    bool m_lists = false;
    struct Capture;
    std::unique_ptr<Capture> m_capture; ///< the stream that is recorded on; null without CUDA
    std::string m_notice;
    bool m_enabled;
};

} // namespace spectune
