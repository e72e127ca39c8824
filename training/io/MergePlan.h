// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/io/KeptRows.h"
#include "training/io/ModelFolder.h"
#include "training/io/SafetensorsStream.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace spectune {

/// A part of a tensor of the merged model, a few MB of it.
struct MergedPiece {
    at::Tensor stored; ///< contiguous; what the file holds, as bytes where nothing is computed
    at::Tensor exact; ///< W0 + ΔW, float64; undefined where nothing is added
    at::Tensor delta; ///< ΔW, float64; likewise
};

/// One tensor of the base and what becomes of it.
struct MergedTensor {
    const SafetensorsFile* file = nullptr;
    std::string name; ///< as stored
    const KeptRows* rows = nullptr; ///< null: no ΔW
    std::optional<at::ScalarType> type; ///< of the merged tensor; empty: its bytes are copied

    [[nodiscard]] TensorPlan plan() const;
    /// Computes the tensor piece by piece, in the order of the file. The sum is made in float64 and rounded to the type
    /// through float32, as torch does. @param scale s of the adapter
    /// @throws Error (Config) where a sum does not fit into the type
    void forEachPiece(double scale, const std::function<void(const MergedPiece&)>& take) const;
};

/// Every tensor of @p base in its order, in files of at most @p shardBytes (a larger tensor has one of its own).
/// @param rows modules of rank 0 change nothing. @param type all floating-point tensors become this; empty: as stored
/// @throws Error (Config, Io) where the adapter does not fit
[[nodiscard]] std::vector<std::vector<MergedTensor>> planMerge(const ModelFolder& base,
    const std::vector<KeptRows>& rows, std::optional<at::ScalarType> type, std::uint64_t shardBytes);

} // namespace spectune
