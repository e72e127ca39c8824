// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/WorkerPool.h"
#include "training/monitor/ModuleLayout.h"
#include "training/nn/AdaptedLinear.h"
#include "training/nn/ArenaOrder.h"
#include "training/nn/DecoderModel.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace spectune {

/// The triplets of a run and their gradients. JoinedTriplets brings them to where training multiplies with them.
struct TripletArena {
    /// @param scale s
    TripletArena(const ModuleLayout& layout, double scale, at::TensorOptions options);
    /// With the ranks of @p ofRanks. A module of rank 0 is not adapted.
    TripletArena(const ModuleLayout& layout, ArenaOrder ofRanks, double scale, at::TensorOptions options);

    /// The paper's start: P and Q i.i.d. N(0, 0.02²), λ = 0. Drawn on the CPU module by module, so that the numbers do
    /// not depend on the device.
    void initAdaLora(std::uint64_t seed);
    /// PEFT's init_lora_weights="gaussian": A = Q i.i.d. N(0, 1/r²) with the module's r, B = P = 0; λ = 1.
    void initLora(std::uint64_t seed);

    ArenaOrder order;
    double scale; ///< s
    at::Tensor values; // [size]
    at::Tensor gradients; // [size]
    AdapterSet adapters; ///< views of the values for every module: for evaluation and generation
    at::Tensor factors; ///< kernels::GramFactor by module, Q then P, as bytes on the device
    WorkerPool* workers = nullptr; ///< who share the passes over it on the CPU; null: the caller alone
};

/// A table of @p entries as bytes on @p device, for kernels to read.
template <typename Entry>
[[nodiscard]] at::Tensor tableOn(at::Device device, const std::vector<Entry>& entries)
{
    const auto bytes = static_cast<std::int64_t>(entries.size() * sizeof(Entry));
    at::Tensor table = at::empty({bytes}, at::kByte);
    std::copy_n(entries.data(), entries.size(), static_cast<Entry*>(table.data_ptr()));
    return table.to(device);
}

} // namespace spectune
