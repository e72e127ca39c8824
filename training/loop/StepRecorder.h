// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/core/Generator.h>
#include <c10/core/Device.h>

#include <functional>
#include <memory>
#include <vector>

namespace spectune {

/// Work of a device that was recorded once and can be done again at little cost.
class StepRecording {
public:
    StepRecording() = default;
    virtual ~StepRecording() = default;
    StepRecording(const StepRecording&) = delete;
    StepRecording& operator=(const StepRecording&) = delete;

    /// In the order of the device's current stream, without waiting for it.
    virtual void play() = 0;
};

/// Makes recordings. Apart from StepGraphs so that a test can put its own in place.
class StepRecorder {
public:
    StepRecorder() = default;
    virtual ~StepRecorder() = default;
    StepRecorder(const StepRecorder&) = delete;
    StepRecorder& operator=(const StepRecorder&) = delete;

    /// Calls @p body, which works on tensors that stay where they are;
    /// what it asks of the device is recorded, not done.
    /// @throws c10::Error or std::exception where that is not possible; the device is then as it was
    [[nodiscard]] virtual std::unique_ptr<StepRecording> record(const std::function<void()>& body) = 0;
};

/// CUDA graphs. @param generators that the recorded work draws from: each playing draws anew
/// @return null where there are no such graphs: on the CPU, and in a build without CUDA
[[nodiscard]] std::unique_ptr<StepRecorder> cudaRecorder(at::Device device, std::vector<at::Generator> generators);

} // namespace spectune
