// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/monitor/ModuleLayout.h"
#include "training/nn/DecoderModel.h"
#include "training/nn/TripletArena.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

namespace spectune {

/// Rows that a module's triplets take where they are joined to weights of @p options: half-precision products on CUDA
/// are twice as fast where rows begin on 16 bytes, so ranks are rounded up there. What is added stays 0.
[[nodiscard]] std::int64_t joinedRank(std::int64_t rank, const at::TensorOptions& options);

/// A run's triplets where training multiplies with them: beside and below the base weights (see SharedTriplets), in the
/// base's type. Model and arena outlive it; the model serves one such object at a time.
class JoinedTriplets {
public:
    /// @param trainsLambda false for lora and prune-lora: λ is 1 (or 0 once pruned) and has no gradient
    JoinedTriplets(DecoderModel& model, const ModuleLayout& layout, TripletArena& arena, bool trainsLambda);

    /// A buffer for what a backward adds up, zeroed.
    [[nodiscard]] at::Tensor makeSums() const;
    /// What a training pass works with; it adds to @p sums.
    [[nodiscard]] AdapterSet adaptersInto(const at::Tensor& sums) const;

    /// Joined weights ← the arena's values.
    void refresh();
    /// The arena's gradients ← what follows from buffers that makeSums() gave, added in their order; they are zeroed.
    void collect(std::span<const at::Tensor> sums);

private:
    /// Modules that read one input and have triplets.
    struct Shared {
        std::size_t slot = 0; ///< place in AdapterSet::shared
        SharedTriplets triplets; ///< without its gradients
        std::vector<ModuleIndex> modules; ///< by member
        std::int64_t rows = 0; ///< R
        std::int64_t qSums = 0; ///< [R, in] from here on
        std::int64_t productSums = 0; ///< [R, Σ out]
    };
    void add(DecoderModel& model, const ModuleLayout& layout, std::int32_t first, std::int32_t count);
    void makeFactors();

    TripletArena& m_arena;
    bool m_trainsLambda;
    at::ScalarType m_type; ///< the base's
    std::vector<Shared> m_shared;
    std::int64_t m_sums = 0; ///< elements
    std::int64_t m_widest = 0;
    std::int64_t m_mostRows = 0;
    std::int64_t m_count = 0;
    at::Tensor m_factors; ///< kernels::JoinedFactor by module, Q then P, as bytes on the device
};

} // namespace spectune
