// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/monitor/ModuleLayout.h"
#include "training/nn/AdaptedLinear.h"
#include "training/nn/ArenaOrder.h"
#include "training/nn/DecoderModel.h"

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace spectune {

/// The matrices of a block that read what module @p module reads: from it on, how many. 1 at least.
[[nodiscard]] std::int32_t modulesOfInput(const ModuleLayout& layout, std::size_t module);

/// The triplets of a run and their gradients. JoinedTriplets brings them to where training multiplies with them.
struct TripletArena {
    /// @param scale s
    TripletArena(const ModuleLayout& layout, double scale, at::TensorOptions options);
    /// With the ranks of @p ofRanks. A module of rank 0 is not adapted.
    TripletArena(const ModuleLayout& layout, ArenaOrder ofRanks, double scale, at::TensorOptions options);

    /// The paper's start: P and Q i.i.d. N(0, 0.02²), λ = 0. Drawn on the CPU module by module, so that the numbers do
    /// not depend on the device.
    void initAdaLora(std::uint64_t seed);
    /// PEFT's init_lora_weights="gaussian": A = Q i.i.d. N(0, 1/r²), B = P = 0; λ = 1.
    void initLora(std::uint64_t seed);

    ArenaOrder order;
    double scale; ///< s
    at::Tensor values; // [size]
    at::Tensor gradients; // [size]
    AdapterSet adapters; ///< views of the values for every module: for evaluation and generation
};

/// The matrix that a module's path ends in: "model.layers.0.self_attn.q_proj".
[[nodiscard]] Matrix matrixOf(const ModuleInfo& module);
/// What reads the same input as @p matrix.
[[nodiscard]] InputSet inputSetOf(Matrix matrix);

} // namespace spectune
