// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/Validation.h"

#include <array>
#include <cstdint>

namespace spectune {

/// The sizes of a Llama-family decoder that its memory follows from.
struct ModelShape {
    std::int64_t layers = 0;
    std::int64_t width = 0;
    std::int64_t feedForward = 0;
    std::int64_t heads = 0;
    std::int64_t kvHeads = 0;
    std::int64_t headDim = 0;
    std::int64_t vocabulary = 0;
    std::int64_t maxPositions = 0;
    bool tiedHead = false;

    [[nodiscard]] std::int64_t parameters() const noexcept; ///< without biases
};

/// Where a run is to take place.
struct MemoryPlace {
    bool cuda = false;
    std::int64_t cores = 1; ///< physical ones of the CPU; train.threads counts instead where it is set
};

/// What a training run keeps in tensors at its peak, part by part, in bytes: the buffers of nn/TrainingPass,
/// nn/TripletArena, optim/ and loop/Trainer for samples as long as data.max_length,
/// and what an evaluation adds while these stay.
struct MemoryEstimate {
    enum Part { Weights, Activations, Logits, Triplets, Gradients, Moments, Averages, Workspace, PartCount };

    std::array<std::int64_t, PartCount> parts {};
    /// Beside the tensors: the CUDA context and the libraries' kernels. 0 on the CPU.
    std::int64_t beyondTensors = 0;

    /// What the allocator counts.
    [[nodiscard]] std::int64_t tensors() const noexcept;
    [[nodiscard]] std::int64_t total() const noexcept { return tensors() + beyondTensors; }

    /// @param run of @p config: its initial rank counts, or the rank map's
    /// @returns parts of 2⁵⁸ bytes each where the sizes are beyond all sense
    [[nodiscard]] static MemoryEstimate of(
        const ModelShape& shape, const RunConfig& config, const ResolvedRun& run, const MemoryPlace& place);
};

} // namespace spectune
